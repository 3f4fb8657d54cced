using System.Runtime.InteropServices;
using System.Text;
using Carousel.Core.Net;

namespace Carousel.Engine.Http;

/// <summary>
/// Who asks, by which scheme, and for which host, as the peer's fields say if it is trusted, else as the connection says. All that the balancer does by it,
/// and all that it tells servers, comes from here, so that it can't contradict itself (docs/decisions/0006-forwarded-fields.md).
/// </summary>
internal struct ClientOrigin
{
    private const uint XForwarded = FieldSet.XForwardedFor | FieldSet.XForwardedHost | FieldSet.XForwardedProto;

    /// <summary>The client's address.</summary>
    public ClientAddress Address;

    /// <summary>The client is reached by TLS.</summary>
    public bool IsHttps;

    /// <summary>The host that the client asked for, where a trusted peer says it; else that of the request counts. Inside the head.</summary>
    public Slice Host;

    /// <summary>The address, the scheme or the host is not that of the connection.</summary>
    public bool IsForwarded;

    /// <summary>Which of X-Forwarded-For, -Host, -Proto and Forwarded are not passed on, though the peer is trusted: what they say is empty, or in doubt.</summary>
    public uint Dropped;

    /// <summary>What is known without the peer's help.</summary>
    public static ClientOrigin OfConnection(ClientAddress peer, bool isHttps) => new() { Address = peer, IsHttps = isHttps };

    /// <summary>
    /// Reads the fields of a trusted peer. If any X-Forwarded-For, -Host or -Proto says something, they are its voice, and Forwarded is passed on only if it says
    /// the same: it may be the client's own, which a proxy that doesn't know the field passes on. Else Forwarded is the voice, unless it is malformed.
    /// </summary>
    /// <param name="head">The bytes that were parsed.</param>
    /// <param name="request">What the parser said of them.</param>
    /// <param name="fields">The parser's field table.</param>
    /// <param name="trusted">The proxies that are believed, the peer among them.</param>
    /// <param name="sendsForwarded">Servers are sent Forwarded anyway: of two voices only one gets into it.</param>
    public void Believe(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, AddressSet trusted, bool sendsForwarded)
    {
        if (!request.Present.HasAny(XForwarded | FieldSet.Forwarded))
        {
            return;
        }
        fields = fields[..request.FieldCount];
        ClientOrigin connection = this;
        uint xForwarded = ReadXForwarded(head, fields);
        Dropped = XForwarded & ~xForwarded;
        if (xForwarded != 0)
        {
            BelieveXForwarded(head, fields, trusted);
        }
        if (request.Present.Has(FieldName.Forwarded))
        {
            ClientOrigin forwarded = connection;
            bool isRead = forwarded.TryBelieveForwarded(head, fields, trusted, out uint forwardedNames);
            if (isRead && xForwarded == 0)
            {
                (Address, IsHttps, Host) = (forwarded.Address, forwarded.IsHttps, forwarded.Host);
            }
            else if (!isRead || sendsForwarded || !Agrees(head, request, forwarded, forwardedNames))
            {
                Dropped |= FieldSet.Forwarded;
            }
        }
        IsForwarded = Address != connection.Address || IsHttps != connection.IsHttps || !Host.IsEmpty;
    }

    /// <summary>Which of X-Forwarded-* say anything at all.</summary>
    private static uint ReadXForwarded(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields)
    {
        uint xForwarded = 0;
        foreach (ref readonly Field field in fields)
        {
            uint bit = 1u << (int)field.Known;
            if ((bit & XForwarded) != 0 && field.Value.Of(head).ContainsAnyExcept(" \t,"u8))
            {
                xForwarded |= bit;
            }
        }
        return xForwarded;
    }

    private void BelieveXForwarded(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, AddressSet trusted)
    {
        Address = ForwardedFor.Client(head, fields, Address, trusted);
        if (First(head, fields, FieldName.XForwardedProto) is { IsEmpty: false } proto)
        {
            IsHttps = IsHttpsText(proto.Of(head));
        }
        Slice host = First(head, fields, FieldName.XForwardedHost);
        Host = IsHost(head, host) ? host : default;
    }

    /// <summary>False if the fields are no list of elements. What they do not say stays as it is.</summary>
    /// <param name="head">The bytes that were parsed.</param>
    /// <param name="fields">Those of the request.</param>
    /// <param name="trusted">The proxies that are believed.</param>
    /// <param name="forwardedNames">Of what is said, the sibling among X-Forwarded-*.</param>
    private bool TryBelieveForwarded(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, AddressSet trusted, out uint forwardedNames)
    {
        forwardedNames = 0;
        Span<ForwardedElement> elements = stackalloc ForwardedElement[ForwardedElements.Kept];
        int count = ForwardedElements.Read(head, fields, elements);
        Slice host = default, proto = default;
        for (int i = count - 1; i >= Math.Max(0, count - ForwardedElements.Kept) && trusted.Contains(Address); i--)
        {
            // Who wrote this element is one of ours. The farther from us, the nearer to the client.
            ref readonly ForwardedElement element = ref elements[i % ForwardedElements.Kept];
            host = element.Host.IsEmpty ? host : element.Host;
            proto = element.Proto.IsEmpty ? proto : element.Proto;
            if (!AddressText.TryReadNode(element.For.Of(head), out ClientAddress next))
            {
                break;
            }
            forwardedNames |= FieldSet.XForwardedFor;
            Address = next;
        }
        forwardedNames |= (host.IsEmpty ? 0 : FieldSet.XForwardedHost) | (proto.IsEmpty ? 0 : FieldSet.XForwardedProto);
        IsHttps = proto.IsEmpty ? IsHttps : IsHttpsText(proto.Of(head));
        Host = host;
        return count >= 0 && (host.IsEmpty || IsHost(head, host));
    }

    /// <summary>All that Forwarded says is what servers are told by X-Forwarded-*.</summary>
    private readonly bool Agrees(ReadOnlySpan<byte> head, in RequestHead request, in ClientOrigin forwarded, uint forwardedNames)
    {
        ReadOnlySpan<byte> host = (Host.IsEmpty ? request.Authority : Host).Of(head);
        return ((forwardedNames & FieldSet.XForwardedFor) == 0 || forwarded.Address == Address)
            && ((forwardedNames & FieldSet.XForwardedProto) == 0 || forwarded.IsHttps == IsHttps)
            && ((forwardedNames & FieldSet.XForwardedHost) == 0 || Ascii.EqualsIgnoreCase(forwarded.Host.Of(head), host));
    }

    /// <summary>The first element of the field's list, all lines together: the one nearest to the client.</summary>
    private static Slice First(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, FieldName name)
    {
        foreach (ref readonly Field field in fields)
        {
            if (field.Known != name)
            {
                continue;
            }
            ReadOnlySpan<byte> value = field.Value.Of(head);
            int start = value.IndexOfAnyExcept(" \t,"u8);
            if (start >= 0)
            {
                int length = value[start..].IndexOf((byte)',');
                ReadOnlySpan<byte> element = (length < 0 ? value[start..] : value.Slice(start, length)).TrimEnd(" \t"u8);
                return new Slice((ushort)(field.Value.Start + start), (ushort)element.Length);
            }
        }
        return default;
    }

    private static bool IsHost(ReadOnlySpan<byte> head, Slice host) => Authority.IsWellFormed(ref MemoryMarshal.GetReference(head), host);

    private static bool IsHttpsText(ReadOnlySpan<byte> scheme) => Ascii.EqualsIgnoreCase(scheme, "https"u8);
}
