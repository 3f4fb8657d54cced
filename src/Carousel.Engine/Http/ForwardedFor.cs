namespace Carousel.Engine.Http;

/// <summary>X-Forwarded-For: whom proxies in front of us saw.</summary>
internal static class ForwardedFor
{
    /// <summary>
    /// The client's address as text: as a proxy that we trust saw it, else as we do. At most <see cref="ForwardingInfo.MaxAddress"/> bytes.
    /// </summary>
    /// <param name="head">The bytes that were parsed.</param>
    /// <param name="fields">Those of the request.</param>
    /// <param name="info">What is known of the client.</param>
    public static ReadOnlySpan<byte> Client(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, in ForwardingInfo info)
    {
        ReadOnlySpan<byte> client = info.ClientAddress;
        if (info.TrustClient)
        {
            foreach (ref readonly Field field in fields)
            {
                if (field.Known == FieldName.XForwardedFor)
                {
                    client = LastAddress(field.Value.Of(head), client);
                }
            }
        }
        return client;
    }

    /// <summary>Whom the nearest proxy saw: the last of the list. What is too long for an address is none.</summary>
    private static ReadOnlySpan<byte> LastAddress(ReadOnlySpan<byte> list, ReadOnlySpan<byte> fallback)
    {
        ReadOnlySpan<byte> last = list[(list.LastIndexOf((byte)',') + 1)..].Trim(" \t"u8);
        return last.IsEmpty || last.Length > ForwardingInfo.MaxAddress ? fallback : last;
    }
}
