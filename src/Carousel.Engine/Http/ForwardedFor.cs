using Carousel.Core.Net;

namespace Carousel.Engine.Http;

/// <summary>Reads X-Forwarded-For: each proxy appended the address of its peer.</summary>
internal static class ForwardedFor
{
    /// <summary>Maximum hops followed: a longer chain of own proxies indicates a loop.</summary>
    public const int MaxHops = 16;

    /// <summary>
    /// Returns the client: the last address of the list that is not a trusted proxy. An address is trusted only if the proxy that appended
    /// it is. If an element is not an address, the result is the proxy that appended it.
    /// </summary>
    /// <param name="head">The parsed bytes.</param>
    /// <param name="fields">The request's fields.</param>
    /// <param name="peer">The sender of the request, a trusted proxy.</param>
    /// <param name="trusted">The trusted proxies.</param>
    public static ClientAddress Client(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, ClientAddress peer, AddressSet trusted)
    {
        ClientAddress client = peer;
        int hops = 0;
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            if (fields[i].Known == FieldName.XForwardedFor && !Follow(fields[i].Value.Of(head), trusted, ref client, ref hops))
            {
                break;
            }
        }
        return client;
    }

    /// <summary>Reads one line from its end; false if the elements before it are not trusted.</summary>
    private static bool Follow(ReadOnlySpan<byte> list, AddressSet trusted, ref ClientAddress client, ref int hops)
    {
        while (!list.IsEmpty)
        {
            int comma = list.LastIndexOf((byte)',');
            ReadOnlySpan<byte> element = list[(comma + 1)..].Trim(" \t"u8);
            list = comma < 0 ? default : list[..comma];
            // Empty elements are ignored (RFC 9110 section 5.6.1).
            if (element.IsEmpty)
            {
                continue;
            }
            if (++hops > MaxHops || !trusted.Contains(client) || !AddressText.TryReadNode(element, out ClientAddress next))
            {
                return false;
            }
            client = next;
        }
        return true;
    }
}
