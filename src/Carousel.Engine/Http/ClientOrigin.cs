using System.Runtime.InteropServices;
using System.Text;
using Carousel.Core.Net;

namespace Carousel.Engine.Http;

/// <summary>
/// The client's address, scheme and host: from the peer's forwarding fields if the peer is trusted, otherwise from the connection.
/// Everything that the balancer derives from them or sends to servers uses this one value, so it cannot contradict itself
/// (docs/decisions/0006-forwarded-fields.md).
/// </summary>
internal struct ClientOrigin
{
    private const ulong XForwarded = FieldSet.XForwardedFor | FieldSet.XForwardedHost | FieldSet.XForwardedProto;

    /// <summary>The client's address.</summary>
    public ClientAddress Address;

    /// <summary>The client uses TLS.</summary>
    public bool IsHttps;

    /// <summary>
    /// The host requested by the client, as a trusted peer reports it; if empty, the request's own host applies. Inside the head.
    /// </summary>
    public Slice Host;

    /// <summary>The address, the scheme or the host differs from that of the connection.</summary>
    public bool IsForwarded;

    /// <summary>
    /// Fields among X-Forwarded-For, -Host, -Proto and Forwarded that are not passed on although the peer is trusted: they are empty,
    /// malformed or ambiguous.
    /// </summary>
    public ulong Dropped;

    /// <summary>The origin without information from the peer.</summary>
    public static ClientOrigin OfConnection(ClientAddress peer, bool isHttps) => new() { Address = peer, IsHttps = isHttps };

    /// <summary>
    /// Reads the fields of a trusted peer. If any X-Forwarded-For, -Host or -Proto has a value, these fields apply, and Forwarded is passed
    /// on only if it agrees: it may be the client's own, passed through by a proxy that does not know the field. Otherwise Forwarded
    /// applies, unless it is malformed.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="trusted">The trusted proxies, including the peer.</param>
    /// <param name="sendsForwarded">
    /// The balancer sends its own Forwarded element: a received Forwarded is then dropped if X-Forwarded-* apply.
    /// </param>
    public void Believe(RequestHead request, AddressSet trusted, bool sendsForwarded)
    {
        if (!request.Present.HasAny(XForwarded | FieldSet.Forwarded))
        {
            return;
        }
        ReadOnlySpan<byte> head = request.Bytes;
        ReadOnlySpan<Field> fields = request.Fields;
        ClientOrigin connection = this;
        ulong xForwarded = ReadXForwarded(head, fields);
        Dropped = XForwarded & ~xForwarded;
        if (xForwarded != 0)
        {
            BelieveXForwarded(head, fields, trusted);
        }
        if (request.Present.Has(FieldName.Forwarded))
        {
            ClientOrigin forwarded = connection;
            bool isRead = forwarded.TryBelieveForwarded(head, fields, trusted, out ulong forwardedNames);
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

    /// <summary>Returns which X-Forwarded-* fields have a value.</summary>
    private static ulong ReadXForwarded(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields)
    {
        ulong xForwarded = 0;
        foreach (ref readonly Field field in fields)
        {
            ulong bit = 1ul << (int)field.Known;
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

    /// <summary>Returns false if the fields are malformed. Values that the fields do not contain are left unchanged.</summary>
    /// <param name="head">The parsed bytes.</param>
    /// <param name="fields">The request's fields.</param>
    /// <param name="trusted">The trusted proxies.</param>
    /// <param name="forwardedNames">The X-Forwarded-* counterparts of the parameters used.</param>
    private bool TryBelieveForwarded(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, AddressSet trusted, out ulong forwardedNames)
    {
        forwardedNames = 0;
        Span<ForwardedElement> elements = stackalloc ForwardedElement[ForwardedElements.Kept];
        int count = ForwardedElements.Read(head, fields, elements);
        Slice host = default, proto = default;
        for (int i = count - 1; i >= Math.Max(0, count - ForwardedElements.Kept) && trusted.Contains(Address); i--)
        {
            // A trusted proxy wrote this element. Earlier elements are nearer to the client and override later ones.
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

    /// <summary>Returns true if everything in Forwarded equals what servers receive as X-Forwarded-*.</summary>
    private readonly bool Agrees(ReadOnlySpan<byte> head, RequestHead request, in ClientOrigin forwarded, ulong forwardedNames)
    {
        ReadOnlySpan<byte> host = (Host.IsEmpty ? request.Authority : Host).Of(head);
        return ((forwardedNames & FieldSet.XForwardedFor) == 0 || forwarded.Address == Address)
            && ((forwardedNames & FieldSet.XForwardedProto) == 0 || forwarded.IsHttps == IsHttps)
            && ((forwardedNames & FieldSet.XForwardedHost) == 0 || Ascii.EqualsIgnoreCase(forwarded.Host.Of(head), host));
    }

    /// <summary>Returns the first element of the field's list, over all its lines: the one nearest to the client.</summary>
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
