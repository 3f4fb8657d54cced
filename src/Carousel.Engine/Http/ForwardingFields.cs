namespace Carousel.Engine.Http;

/// <summary>Writes the fields that report the client, its request and its route to a server.</summary>
internal static class ForwardingFields
{
    /// <summary>
    /// Maximum bytes written by <see cref="Write"/>: each line's name and line end, and its values at their maximum length. The longest is
    /// <c>Forwarded: for="[address]";host="authority";proto=scheme</c>.
    /// </summary>
    /// <remarks>
    /// X-Forwarded-For has the client as well as the peer only if Forwarded named the client and is kept. Forwarded has an extra element
    /// for the client only if one of X-Forwarded-* has a value and is kept. That line is then not written, and its bytes and those of the
    /// client in X-Forwarded-For are enough for the element.
    /// </remarks>
    public const int MaxBytes =
        17 + ForwardingInfo.MaxAddress + 2 + ForwardingInfo.MaxAddress + 2
        + 19 + ForwardingInfo.MaxScheme + 2
        + 18 + Authority.MaxBytes + 2
        + 11 + 8 + ForwardingInfo.MaxAddress + 8 + Authority.MaxBytes + 7 + ForwardingInfo.MaxScheme + 2
        + 14 + ForwardingInfo.MaxSessionId + 2
        + 14 + ForwardingInfo.MaxRequestId + 2
        + 13 + TraceParent.TextLength + 2
        + 19;

    /// <summary>Writes the lines that are added to the copied ones.</summary>
    /// <param name="writer">The output.</param>
    /// <param name="head">The parsed bytes.</param>
    /// <param name="info">The values to send.</param>
    /// <param name="authority">The request's authority; may be empty.</param>
    /// <param name="isHttp10">The client sent HTTP/1.0, which Via reports.</param>
    /// <param name="kept">The client's forwarding fields that were copied.</param>
    public static void Write(
        ref HeadWriter writer, ReadOnlySpan<byte> head, in ForwardingInfo info, ReadOnlySpan<byte> authority, bool isHttp10, FieldSet kept)
    {
        ReadOnlySpan<byte> host = info.Origin.Host.IsEmpty ? authority : info.Origin.Host.Of(head);
        if (!kept.Has(FieldName.XForwardedFor))
        {
            WriteForwardedFor(ref writer, info);
        }
        if (!kept.Has(FieldName.XForwardedHost) && !host.IsEmpty)
        {
            writer.AppendLine("X-Forwarded-Host: "u8, host);
        }
        if (!kept.Has(FieldName.XForwardedProto))
        {
            writer.AppendLine("X-Forwarded-Proto: "u8, Scheme(info.Origin.IsHttps));
        }
        if (info.SendForwarded)
        {
            writer.Append("Forwarded: "u8);
            bool addsClient = info.Origin.IsForwarded && !kept.Has(FieldName.Forwarded);
            if (addsClient)
            {
                WriteElement(ref writer, info.Client, host, Scheme(info.Origin.IsHttps));
                writer.Append(", "u8);
            }
            WriteElement(ref writer, info.PeerAddress, addsClient ? default : authority, info.Scheme);
            writer.Append("\r\n"u8);
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

    private static ReadOnlySpan<byte> Scheme(bool isHttps) => isHttps ? "https"u8 : "http"u8;

    /// <summary>Writes the client, if Forwarded named one, and the peer.</summary>
    private static void WriteForwardedFor(ref HeadWriter writer, in ForwardingInfo info)
    {
        if (!info.NamesClient)
        {
            writer.AppendLine("X-Forwarded-For: "u8, info.PeerAddress);
            return;
        }
        writer.Append("X-Forwarded-For: "u8);
        writer.Append(info.Client);
        writer.AppendLine(", "u8, info.PeerAddress);
    }

    /// <summary>
    /// Writes an element (RFC 7239 section 4). Its line is added to the peer's lines: several lines are one list. An IPv6 address is
    /// bracketed and quoted (section 6.1). An authority is always quoted because it may contain a colon. Neither can contain a quote or a
    /// backslash.
    /// </summary>
    private static void WriteElement(ref HeadWriter writer, ReadOnlySpan<byte> address, ReadOnlySpan<byte> host, ReadOnlySpan<byte> scheme)
    {
        bool isIpv6 = address.Contains((byte)':');
        writer.Append("for="u8);
        writer.Append(isIpv6 ? "\"["u8 : default);
        writer.Append(address);
        writer.Append(isIpv6 ? "]\""u8 : default);
        if (!host.IsEmpty)
        {
            writer.Append(";host=\""u8);
            writer.Append(host);
            writer.Append("\""u8);
        }
        writer.Append(";proto="u8);
        writer.Append(scheme);
    }
}
