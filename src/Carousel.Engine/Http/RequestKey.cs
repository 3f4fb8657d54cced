using System.Text;
using Carousel.Core.Policies;

namespace Carousel.Engine.Http;

/// <summary>The part of a request that is hashed to select its server, as set by <c>--hash-by</c>. Pure.</summary>
internal sealed class RequestKey(HashBy by, string name)
{
    private readonly byte[] _name = Encoding.ASCII.GetBytes(name);

    /// <summary>Returns the request's key.</summary>
    /// <param name="request">The request.</param>
    /// <param name="info">The client information.</param>
    public ulong Of(RequestHead request, in ForwardingInfo info)
    {
        ReadOnlySpan<byte> head = request.Bytes;
        ReadOnlySpan<Field> fields = request.Fields;
        ReadOnlySpan<byte> text = by switch
        {
            HashBy.Url => request.PathAndQuery.Of(head),
            HashBy.Cookie => Cookie(head, fields),
            HashBy.Header => Header(head, fields, info),
            _ => default,
        };
        // The part is missing: such requests must not all go to one server.
        return KeyHash.Of(text.IsEmpty ? info.Client : text);
    }

    private ReadOnlySpan<byte> Cookie(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields)
    {
        foreach (ref readonly Field field in fields)
        {
            if (field.Known != FieldName.Cookie)
            {
                continue;
            }
            var crumbs = new CookieCrumbs(field.Value.Of(head));
            while (crumbs.MoveNext())
            {
                if (crumbs.Name.SequenceEqual(_name))
                {
                    return crumbs.Value;
                }
            }
        }
        return default;
    }

    /// <summary>Forwarding fields of an untrusted client are ignored.</summary>
    private ReadOnlySpan<byte> Header(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, in ForwardingInfo info)
    {
        foreach (ref readonly Field field in fields)
        {
            if (Ascii.EqualsIgnoreCase(field.Name.Of(head), _name) && (info.TrustClient || !IsForwarding(field.Known)))
            {
                return field.Value.Of(head);
            }
        }
        return default;
    }

    private static bool IsForwarding(FieldName name) => new FieldSet(FieldSet.Forwarding).Has(name);
}
