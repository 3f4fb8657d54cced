namespace Carousel.Engine.Http;

/// <summary>Adds the fields that report the client, its request and its route to a server.</summary>
internal static class ForwardingFields
{
    /// <summary>
    /// Maximum bytes added by <see cref="Add"/>: each line's name and line end, and its values at their maximum length. The longest is
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

    /// <summary>Adds the lines to the head.</summary>
    /// <param name="request">The head.</param>
    /// <param name="info">The values to send.</param>
    /// <param name="kept">The client's forwarding fields that are passed on.</param>
    public static void Add(RequestHead request, in ForwardingInfo info, FieldSet kept)
    {
        ReadOnlySpan<byte> authority = request.Authority.Of(request.Bytes);
        ReadOnlySpan<byte> host = info.Origin.Host.IsEmpty ? authority : info.Origin.Host.Of(request.Bytes);
        if (!kept.Has(FieldName.XForwardedFor))
        {
            AppendForwardedFor(request, info);
        }
        if (!kept.Has(FieldName.XForwardedHost) && !host.IsEmpty)
        {
            request.AppendLine("X-Forwarded-Host: "u8, host);
        }
        if (!kept.Has(FieldName.XForwardedProto))
        {
            request.AppendLine("X-Forwarded-Proto: "u8, Scheme(info.Origin.IsHttps));
        }
        if (info.SendForwarded)
        {
            request.Append("Forwarded: "u8);
            bool addsClient = info.Origin.IsForwarded && !kept.Has(FieldName.Forwarded);
            if (addsClient)
            {
                AppendElement(request, info.Client, host, Scheme(info.Origin.IsHttps));
                request.Append(", "u8);
            }
            AppendElement(request, info.PeerAddress, addsClient ? default : authority, info.Scheme);
            request.Append("\r\n"u8);
        }
        if (!info.SessionId.IsEmpty)
        {
            request.AppendLine("X-Session-Id: "u8, info.SessionId);
        }
        if (!info.RequestId.IsEmpty)
        {
            request.AppendLine("X-Request-Id: "u8, info.RequestId);
        }
        if (!info.TraceParent.IsEmpty)
        {
            request.AppendLine("traceparent: "u8, info.TraceParent);
        }
        request.Append(request.IsHttp10 ? "Via: 1.0 carousel\r\n"u8 : "Via: 1.1 carousel\r\n"u8);
        request.AddAppended();
    }

    private static ReadOnlySpan<byte> Scheme(bool isHttps) => isHttps ? "https"u8 : "http"u8;

    /// <summary>Appends the client, if Forwarded named one, and the peer.</summary>
    private static void AppendForwardedFor(RequestHead request, in ForwardingInfo info)
    {
        if (!info.NamesClient)
        {
            request.AppendLine("X-Forwarded-For: "u8, info.PeerAddress);
            return;
        }
        request.Append("X-Forwarded-For: "u8);
        request.Append(info.Client);
        request.AppendLine(", "u8, info.PeerAddress);
    }

    /// <summary>
    /// Appends an element (RFC 7239 section 4). Its line is added to the peer's lines: several lines are one list. An IPv6 address is
    /// bracketed and quoted (section 6.1). An authority is always quoted because it may contain a colon. Neither can contain a quote or a
    /// backslash.
    /// </summary>
    private static void AppendElement(RequestHead request, ReadOnlySpan<byte> address, ReadOnlySpan<byte> host, ReadOnlySpan<byte> scheme)
    {
        bool isIpv6 = address.Contains((byte)':');
        request.Append("for="u8);
        request.Append(isIpv6 ? "\"["u8 : default);
        request.Append(address);
        request.Append(isIpv6 ? "]\""u8 : default);
        if (!host.IsEmpty)
        {
            request.Append(";host=\""u8);
            request.Append(host);
            request.Append("\""u8);
        }
        request.Append(";proto="u8);
        request.Append(scheme);
    }
}
