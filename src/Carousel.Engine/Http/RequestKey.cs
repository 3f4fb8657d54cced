using System.Text;
using Carousel.Core.Policies;

namespace Carousel.Engine.Http;

/// <summary>What is hashed of a request to find its server, as <c>--hash-by</c> says. Pure.</summary>
internal sealed class RequestKey(HashBy by, string name)
{
    private readonly byte[] _name = Encoding.ASCII.GetBytes(name);

    /// <summary>The request's key.</summary>
    /// <param name="head">The bytes that were parsed.</param>
    /// <param name="request">What the parser said of them.</param>
    /// <param name="fields">The parser's field table.</param>
    /// <param name="info">What is known of the client.</param>
    public ulong Of(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, in ForwardingInfo info)
    {
        fields = fields[..request.FieldCount];
        ReadOnlySpan<byte> text = by switch
        {
            HashBy.Url => request.PathAndQuery.Of(head),
            HashBy.Cookie => Cookie(head, fields),
            HashBy.Header => Header(head, fields, info),
            _ => default,
        };
        // Nothing to be hashed: such requests must not all meet at one server.
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

    /// <summary>What servers are not to believe of this client is not believed here.</summary>
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
