namespace Carousel.Engine.Http;

/// <summary>The edits that a response gets whatever protocol it is sent with.</summary>
/// <remarks>
/// A server's reports to the balancer (X-Carousel-Capacity, X-Carousel-Load) are removed. endpoint-load-metrics is kept because other parties
/// use it too, as in Envoy (its issues 37520 and 39382).
/// Proxy-Authenticate is removed: it is for the client of the proxy that sent it (RFC 9110 section 11.7.1), which was the balancer.
/// </remarks>
internal static class ResponseEdits
{
    /// <summary>Maximum bytes that <see cref="Apply"/> adds to a head: <c>Date: </c> with its line end, and <c>X-Request-Id</c>.</summary>
    public const int MaxBytes = 8 + DateBytes + 16 + ForwardingInfo.MaxRequestId;

    private const int DateBytes = 29;

    private const ulong Never = FieldSet.ProxyAuthenticate | FieldSet.OwnReports;

    /// <summary>Adds the edits to a head that has none.</summary>
    /// <param name="response">The head.</param>
    /// <param name="date">
    /// The current time as 29 bytes, <c>Mon, 23 Nov 2026 16:20:00 GMT</c>; added if the head has no Date and the status is at least 200.
    /// </param>
    /// <param name="requestId">The value of X-Request-Id, replacing the server's; empty to pass the server's on.</param>
    public static void Apply(ResponseHead response, ReadOnlySpan<byte> date, ReadOnlySpan<byte> requestId)
    {
        response.Dropped = new FieldSet(requestId.IsEmpty ? Never : Never | FieldSet.XRequestId);
        if (response.ConnectionNamesFields)
        {
            ConnectionNames.RemoveFrom(response);
        }
        if (!response.HasDate && response.Status >= 200)
        {
            response.AddLine("Date: "u8, date);
        }
        if (!requestId.IsEmpty)
        {
            response.AddLine("X-Request-Id: "u8, requestId);
        }
    }
}
