namespace Carousel.Core.Telemetry;

/// <summary>
/// Why a request failed. One value for the log, the metrics, the <c>X-Carousel-Reason</c> field and the answer's body.
/// Names, statuses and whose side it was are in <see cref="FailureReasons"/>; the table for people is docs/REASONS.md.
/// </summary>
public enum FailureReason : byte
{
    /// <summary>Nothing failed.</summary>
    None = 0,

    // The client's side: what it sent can't be passed on (RFC 9112).
    /// <summary>The request line is not <c>method SP target SP HTTP/x.y</c>.</summary>
    BadRequestLine,
    /// <summary>A header field has a bad name, bad bytes, a space before the colon, or is folded.</summary>
    BadHeader,
    /// <summary>CR or LF alone, or NUL, somewhere in the head.</summary>
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
    /// <summary>The request target is longer than the head may be.</summary>
    TargetTooLong,
    /// <summary>The head is larger than <c>--max-head</c> or has more fields than <c>--max-fields</c>.</summary>
    HeadTooLarge,
    /// <summary>CONNECT: this is no forward proxy.</summary>
    ConnectRefusedMethod,
    /// <summary>TRACE (or TRACK), without <c>--trace-method on</c>: its answer shows what fields a server was sent.</summary>
    TraceMethod,
    /// <summary>A method of more than 32 bytes.</summary>
    MethodTooLong,
    /// <summary>An expectation other than <c>100-continue</c>.</summary>
    UnsupportedExpectation,
    /// <summary>The request's head did not arrive whole within <c>--head-timeout</c>.</summary>
    HeadTimeout,
    /// <summary>The request's body paused longer than <c>--body-timeout</c>.</summary>
    RequestBodyTimeout,
    /// <summary>The client sent its body, or took its answer, slower than <c>--min-rate</c>. Once the answer has begun, the connection is cut.</summary>
    ClientTooSlow,
    /// <summary>The client went away before its answer was complete. No answer is written.</summary>
    ClientClosed,
    /// <summary>The client did not take its answer for longer than <c>--body-timeout</c>. The connection is cut.</summary>
    ClientStalled,
    /// <summary>This client has as many connections as <c>--max-connections-per-client</c> allows.</summary>
    TooManyConnectionsFromClient,

    // The servers' side.
    /// <summary>No server can take the request.</summary>
    NoServer,
    /// <summary>The server is not in the pool any more: its visitors are given another, and what it had in flight is cut.</summary>
    ServerGone,
    /// <summary>Probes found the server down: its visitors, and the requests that wait for it and may be sent again, are given another.</summary>
    ServerDown,
    /// <summary>The visitor's server is ejected, since its requests failed: they are given another.</summary>
    ServerEjected,
    /// <summary>The server has as many requests in flight as its <c>max=</c> allows.</summary>
    ServerBusy,
    /// <summary>The server's name does not resolve (any more).</summary>
    NameUnresolved,
    /// <summary>The server refused the connection.</summary>
    ConnectRefused,
    /// <summary>The server did not take the connection within <c>--connect-timeout</c>.</summary>
    ConnectTimeout,
    /// <summary>The server can't be reached: no route, network down, or another error of connecting.</summary>
    ConnectFailed,
    /// <summary>The server closed or reset the connection before a byte of its answer.</summary>
    ServerClosed,
    /// <summary>The server did not take the request's bytes for longer than <c>--body-timeout</c>.</summary>
    ServerStalled,
    /// <summary>The head of the answer did not arrive whole within <c>--answer-timeout</c>.</summary>
    AnswerTimeout,
    /// <summary>The server's answer breaks HTTP/1.1 or is ambiguous.</summary>
    BadAnswer,
    /// <summary>The head of the server's answer is larger than <c>--max-head</c>.</summary>
    AnswerHeadTooLarge,
    /// <summary>The answer stopped before its end. The client's connection is cut.</summary>
    AnswerCutShort,
    /// <summary>The answer's body paused longer than <c>--body-timeout</c>. The client's connection is cut.</summary>
    AnswerBodyTimeout,

    // Our side.
    /// <summary>As many connections as <c>--max-connections</c> allows are open.</summary>
    TooManyConnections,
    /// <summary>Every server has as many requests as its <c>max=</c> allows, and as many wait as <c>--queue</c> allows.</summary>
    QueueFull,
    /// <summary>No server had room for the request within <c>--queue-timeout</c>.</summary>
    QueueTimeout,
    /// <summary>The balancer could not open a connection for want of descriptors, ports or memory.</summary>
    OutOfResources,
    /// <summary>The balancer is leaving and its <c>--drain-timeout</c> is over.</summary>
    ShuttingDown,
}
