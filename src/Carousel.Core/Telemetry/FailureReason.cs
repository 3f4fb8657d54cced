namespace Carousel.Core.Telemetry;

/// <summary>
/// Why a request failed: the same value in the log, the metrics, the <c>X-Carousel-Reason</c> field and the response body.
/// <see cref="FailureReasons"/> has the codes, statuses and sides; docs/REASONS.md documents them.
/// </summary>
public enum FailureReason : byte
{
    /// <summary>Nothing failed.</summary>
    None = 0,

    // Client side: the request can't be forwarded (RFC 9112).
    /// <summary>The request line is not <c>method SP target SP HTTP/x.y</c>.</summary>
    BadRequestLine,
    /// <summary>A header field has a bad name, bad bytes, a space before the colon, or is folded.</summary>
    BadHeader,
    /// <summary>A bare CR, a bare LF or a NUL in the head.</summary>
    BadLineEnding,
    /// <summary>Host is missing, repeated or malformed.</summary>
    BadHost,
    /// <summary>Content-Length is not one decimal number, or is given twice with different values.</summary>
    BadContentLength,
    /// <summary>Content-Length together with Transfer-Encoding: where the body ends is ambiguous.</summary>
    AmbiguousLength,
    /// <summary>A Transfer-Encoding other than exactly <c>chunked</c>.</summary>
    UnsupportedTransferCoding,
    /// <summary>A chunk's size line, its end or a trailer field is malformed.</summary>
    BadChunk,
    /// <summary>An HTTP version other than 1.0 and 1.1.</summary>
    UnsupportedVersion,
    /// <summary>The request target exceeds the limit of the head.</summary>
    TargetTooLong,
    /// <summary>The head is larger than <c>--max-head</c> or has more fields than <c>--max-fields</c>.</summary>
    HeadTooLarge,
    /// <summary>CONNECT: this is not a forward proxy.</summary>
    ConnectRefusedMethod,
    /// <summary>TRACE or TRACK without <c>--trace-method on</c>: the response would reveal the fields sent to the server.</summary>
    TraceMethod,
    /// <summary>A method longer than 32 bytes.</summary>
    MethodTooLong,
    /// <summary>An expectation other than <c>100-continue</c>.</summary>
    UnsupportedExpectation,
    /// <summary>The request head was not complete within <c>--head-timeout</c>.</summary>
    HeadTimeout,
    /// <summary>No bytes of the request body were received for <c>--body-timeout</c>.</summary>
    RequestBodyTimeout,
    /// <summary>The client sent its body or read the response slower than <c>--min-rate</c>. If the response has begun, the connection is closed.</summary>
    ClientTooSlow,
    /// <summary>The client disconnected before the response was complete. No response is sent.</summary>
    ClientClosed,
    /// <summary>The client read nothing of the response for <c>--body-timeout</c>. The connection is closed.</summary>
    ClientStalled,
    /// <summary>The client has reached <c>--max-connections-per-client</c>.</summary>
    TooManyConnectionsFromClient,

    // Server side.
    /// <summary>No server is available for the request.</summary>
    NoServer,
    /// <summary>The server was removed from the pool. Its sessions are moved to another server; requests in flight are aborted.</summary>
    ServerGone,
    /// <summary>Probes marked the server down. Its sessions, and its pending requests that may be retried, are moved to another server.</summary>
    ServerDown,
    /// <summary>The session's server is ejected because its requests failed. The session is moved to another server.</summary>
    ServerEjected,
    /// <summary>The server is at its <c>max=</c> of requests in flight.</summary>
    ServerBusy,
    /// <summary>The server's name does not resolve.</summary>
    NameUnresolved,
    /// <summary>The server refused the connection.</summary>
    ConnectRefused,
    /// <summary>The server did not accept the connection within <c>--connect-timeout</c>.</summary>
    ConnectTimeout,
    /// <summary>The server is unreachable: no route, network down, or another connect error.</summary>
    ConnectFailed,
    /// <summary>The server closed or reset the connection before the first byte of the response.</summary>
    ServerClosed,
    /// <summary>The server read nothing of the request for <c>--body-timeout</c>.</summary>
    ServerStalled,
    /// <summary>The response head was not complete within <c>--answer-timeout</c>.</summary>
    AnswerTimeout,
    /// <summary>The server's response violates HTTP/1.1 or is ambiguous.</summary>
    BadAnswer,
    /// <summary>The server's response head is larger than <c>--max-head</c>.</summary>
    AnswerHeadTooLarge,
    /// <summary>The response ended prematurely. The client's connection is closed.</summary>
    AnswerCutShort,
    /// <summary>No bytes of the response body were received for <c>--body-timeout</c>. The client's connection is closed.</summary>
    AnswerBodyTimeout,

    // Balancer side.
    /// <summary>The balancer has reached <c>--max-connections</c>.</summary>
    TooManyConnections,
    /// <summary>Every server is at its <c>max=</c>, and the queue has reached <c>--queue</c>.</summary>
    QueueFull,
    /// <summary>No server had a free slot within <c>--queue-timeout</c>.</summary>
    QueueTimeout,
    /// <summary>The balancer could not open a connection: out of descriptors, ports or memory.</summary>
    OutOfResources,
    /// <summary>The balancer is shutting down and its <c>--drain-timeout</c> has expired.</summary>
    ShuttingDown,
}
