namespace Carousel.Engine.Http;

/// <summary>Writes the fields that tell a server who asked, for what, and by which way.</summary>
internal static class ForwardingFields
{
    /// <summary>
    /// Most bytes that <see cref="Write"/> writes: each line's name and ends, and its parts at their longest.
    /// The longest is <c>Forwarded: for="[address]";host="authority";proto=scheme</c>.
    /// </summary>
    public const int MaxBytes =
        17 + ForwardingInfo.MaxAddress + 2
        + 19 + ForwardingInfo.MaxScheme + 2
        + 18 + Authority.MaxBytes + 2
        + 11 + 8 + ForwardingInfo.MaxAddress + 8 + Authority.MaxBytes + 7 + ForwardingInfo.MaxScheme + 2
        + 14 + ForwardingInfo.MaxSessionId + 2
        + 14 + ForwardingInfo.MaxRequestId + 2
        + 13 + TraceParent.TextLength + 2
        + 19;

    /// <summary>Writes the lines that the head needs beside those that were copied.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="info">What to tell.</param>
    /// <param name="authority">What the client asked for; may be empty.</param>
    /// <param name="isHttp10">The client speaks HTTP/1.0, which is what Via says it received.</param>
    /// <param name="kept">Which of the client's own forwarding fields were copied.</param>
    public static void Write(
        ref HeadWriter writer, in ForwardingInfo info, ReadOnlySpan<byte> authority, bool isHttp10, FieldSet kept)
    {
        if (!kept.Has(FieldName.XForwardedFor))
        {
            writer.AppendLine("X-Forwarded-For: "u8, info.ClientAddress);
        }
        if (!kept.Has(FieldName.XForwardedHost) && !authority.IsEmpty)
        {
            writer.AppendLine("X-Forwarded-Host: "u8, authority);
        }
        if (!kept.Has(FieldName.XForwardedProto))
        {
            writer.AppendLine("X-Forwarded-Proto: "u8, info.Scheme);
        }
        if (info.SendForwarded)
        {
            WriteForwarded(ref writer, info, authority);
        }
        if (!info.SessionId.IsEmpty)
        {
            writer.AppendLine("X-Session-Id: "u8, info.SessionId);
        }
        if (!info.RequestId.IsEmpty)
        {
            writer.AppendLine("X-Request-Id: "u8, info.RequestId);
        }
        if (!info.TraceParent.IsEmpty)
        {
            writer.AppendLine("traceparent: "u8, info.TraceParent);
        }
        writer.Append(isHttp10 ? "Via: 1.0 carousel\r\n"u8 : "Via: 1.1 carousel\r\n"u8);
    }

    /// <summary>
    /// RFC 7239 section 4, as a line of its own: several are the same as one list. An IPv6 address is bracketed and quoted
    /// (section 6.1); an authority may have a colon and is always quoted; neither can hold a quote or a backslash.
    /// </summary>
    private static void WriteForwarded(ref HeadWriter writer, in ForwardingInfo info, ReadOnlySpan<byte> authority)
    {
        bool isIpv6 = info.ClientAddress.Contains((byte)':');
        writer.Append("Forwarded: for="u8);
        writer.Append(isIpv6 ? "\"["u8 : default);
        writer.Append(info.ClientAddress);
        writer.Append(isIpv6 ? "]\""u8 : default);
        if (!authority.IsEmpty)
        {
            writer.Append(";host=\""u8);
            writer.Append(authority);
            writer.Append("\""u8);
        }
        writer.AppendLine(";proto="u8, info.Scheme);
    }
}
