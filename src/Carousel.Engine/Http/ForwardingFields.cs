namespace Carousel.Engine.Http;

/// <summary>Writes the fields that tell a server who asked, for what, and by which way.</summary>
internal static class ForwardingFields
{
    /// <summary>
    /// Most bytes that <see cref="Write"/> writes: each line's name and ends, and its parts at their longest.
    /// The longest is <c>Forwarded: for="[address]";host="authority";proto=scheme</c>.
    /// </summary>
    /// <remarks>
    /// X-Forwarded-For is written with the client beside the peer only where Forwarded named it and is kept. Where Forwarded has an element more, the client's, it is since
    /// one of X-Forwarded-* says something and is kept: without that line, the element is no longer than the client in X-Forwarded-For at its longest.
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

    /// <summary>Writes the lines that the head needs beside those that were copied.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="head">The bytes that were parsed.</param>
    /// <param name="info">What to tell.</param>
    /// <param name="authority">What the request asks for; may be empty.</param>
    /// <param name="isHttp10">The client speaks HTTP/1.0, which is what Via says it received.</param>
    /// <param name="kept">Which of the client's own forwarding fields were copied.</param>
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

    /// <summary>The client and the peer, if that is another: Forwarded named it, or nobody.</summary>
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
    /// An element of RFC 7239, section 4. Its line stands beside those that the peer sent: several are the same as one list. An IPv6 address is bracketed and
    /// quoted (section 6.1); an authority may have a colon and is always quoted; neither can hold a quote or a backslash.
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
