using Carousel.Core.Net;

namespace Carousel.Engine.Http;

/// <summary>X-Forwarded-For: whom proxies in front of us saw, each as the last of the list that it passed on.</summary>
internal static class ForwardedFor
{
    /// <summary>Most hops that are followed: more proxies of one's own are a loop.</summary>
    public const int MaxHops = 16;

    /// <summary>
    /// The client: the last address of the list that is not itself a proxy of ours, since each address is true only if the one that wrote it is to be
    /// believed. Where a text is no address, the proxy that wrote it is as much as is known.
    /// </summary>
    /// <param name="head">The bytes that were parsed.</param>
    /// <param name="fields">Those of the request.</param>
    /// <param name="peer">Who sent the request: one of the trusted.</param>
    /// <param name="trusted">The proxies that are believed.</param>
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

    /// <summary>Goes through one line from its end; false if what is before it is not believed.</summary>
    private static bool Follow(ReadOnlySpan<byte> list, AddressSet trusted, ref ClientAddress client, ref int hops)
    {
        while (!list.IsEmpty)
        {
            int comma = list.LastIndexOf((byte)',');
            ReadOnlySpan<byte> element = list[(comma + 1)..].Trim(" \t"u8);
            list = comma < 0 ? default : list[..comma];
            // Empty elements are to be ignored (RFC 9110 section 5.6.1).
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
