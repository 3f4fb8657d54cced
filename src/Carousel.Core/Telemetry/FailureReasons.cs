namespace Carousel.Core.Telemetry;

/// <summary>The side that caused a failure.</summary>
public enum FailureSide : byte
{
    /// <summary>The client.</summary>
    Client,
    /// <summary>The server.</summary>
    Server,
    /// <summary>The balancer itself.</summary>
    Balancer,
}

/// <summary>The code, status, side and description of a <see cref="FailureReason"/>.</summary>
/// <param name="Name">The kebab-case code in logs, metrics and responses.</param>
/// <param name="Status">The HTTP status (RFC 9110 section 15) of the response; 0 if none can be sent.</param>
/// <param name="Side">The side that caused it.</param>
/// <param name="Sentence">A readable sentence without the final period.</param>
public sealed record FailureDescription(string Name, int Status, FailureSide Side, string Sentence);

/// <summary>The table of all reasons. Any thread.</summary>
public static class FailureReasons
{
    private static readonly FailureDescription[] Table = Build();

    /// <summary>Number of reasons including <see cref="FailureReason.None"/>: the length of an array indexed by reason.</summary>
    public static int Count => Table.Length;

    /// <summary>The description of this reason.</summary>
    public static FailureDescription Describe(this FailureReason reason) => Table[(int)reason];

    /// <summary>The sum of counts by reason, without client-side reasons.</summary>
    /// <param name="byReason">Indexed by <see cref="FailureReason"/>.</param>
    public static long SumButClients(ReadOnlySpan<long> byReason)
    {
        long sum = 0;
        for (int i = 1; i < byReason.Length; i++)
        {
            sum += Table[i].Side == FailureSide.Client ? 0 : byReason[i];
        }
        return sum;
    }

    private static FailureDescription[] Build()
    {
        var table = new FailureDescription[Enum.GetValues<FailureReason>().Length];
        void Row(FailureReason reason, string name, int status, FailureSide side, string sentence) =>
            table[(int)reason] = new FailureDescription(name, status, side, sentence);

        const FailureSide client = FailureSide.Client, server = FailureSide.Server, own = FailureSide.Balancer;
        Row(FailureReason.None, "none", 0, own, "nothing failed");

        Row(FailureReason.BadRequestLine, "bad-request-line", 400, client, "the request line is malformed");
        Row(FailureReason.BadHeader, "bad-header", 400, client, "a header field is malformed");
        Row(FailureReason.BadLineEnding, "bad-line-ending", 400, client, "the head contains a bare CR, a bare LF or a NUL");
        Row(FailureReason.BadHost, "bad-host", 400, client, "the Host field is missing, repeated or malformed");
        Row(FailureReason.BadContentLength, "bad-content-length", 400, client, "Content-Length is malformed or has conflicting values");
        Row(FailureReason.AmbiguousLength, "ambiguous-length", 400, client, "both Content-Length and Transfer-Encoding are present");
        Row(FailureReason.UnsupportedTransferCoding, "unsupported-transfer-coding", 501, client, "the only supported transfer coding is \"chunked\"");
        Row(FailureReason.BadChunk, "bad-chunk", 400, client, "the chunked body is malformed");
        Row(FailureReason.UnsupportedVersion, "unsupported-version", 505, client, "only HTTP/1.0 and HTTP/1.1 are supported");
        Row(FailureReason.TargetTooLong, "target-too-long", 414, client, "the request target is too long");
        Row(FailureReason.HeadTooLarge, "head-too-large", 431, client, "the request's header fields are too large or too many");
        Row(FailureReason.ConnectRefusedMethod, "connect-method", 405, client, "CONNECT is refused: this is not a forward proxy");
        Row(FailureReason.TraceMethod, "trace-method", 405, client, "TRACE is refused: its response would reveal the fields sent to the server");
        Row(FailureReason.MethodTooLong, "method-too-long", 501, client, "the method is longer than 32 bytes");
        Row(FailureReason.UnsupportedExpectation, "unsupported-expectation", 417, client, "the only supported expectation is \"100-continue\"");
        Row(FailureReason.HeadTimeout, "head-timeout", 408, client, "the request head was not received in time");
        Row(FailureReason.RequestBodyTimeout, "request-body-timeout", 408, client, "the request body stalled");
        Row(FailureReason.ClientTooSlow, "client-too-slow", 408, client, "the client sends its body or reads the response too slowly");
        Row(FailureReason.ClientClosed, "client-closed", 0, client, "the client disconnected before the response was complete");
        Row(FailureReason.ClientStalled, "client-stalled", 0, client, "the client stopped reading the response");
        Row(FailureReason.TooManyConnectionsFromClient, "too-many-connections-from-client", 503, client, "this client has too many open connections");

        Row(FailureReason.NoServer, "no-server", 503, server, "no server is available: all are down, ejected or draining");
        Row(FailureReason.ServerGone, "server-gone", 503, server, "the server was removed from the pool");
        Row(FailureReason.ServerDown, "server-down", 503, server, "the server is down");
        Row(FailureReason.ServerEjected, "server-ejected", 503, server, "the session's server is ejected");
        Row(FailureReason.ServerBusy, "server-busy", 503, server, "the server is at its limit of requests in flight");
        Row(FailureReason.NameUnresolved, "name-unresolved", 503, server, "the server's name does not resolve");
        Row(FailureReason.ConnectRefused, "connect-refused", 502, server, "the server refused the connection");
        Row(FailureReason.ConnectTimeout, "connect-timeout", 504, server, "the server did not accept the connection in time");
        Row(FailureReason.ConnectFailed, "connect-failed", 502, server, "the server is unreachable");
        Row(FailureReason.ServerClosed, "server-closed", 502, server, "the server closed the connection before responding");
        Row(FailureReason.ServerStalled, "server-stalled", 504, server, "the server stopped reading the request");
        Row(FailureReason.AnswerTimeout, "answer-timeout", 504, server, "the server did not respond in time");
        Row(FailureReason.BadAnswer, "bad-answer", 502, server, "the server's response is not valid HTTP/1.1");
        Row(FailureReason.AnswerHeadTooLarge, "answer-head-too-large", 502, server, "the server's response head is too large");
        Row(FailureReason.AnswerCutShort, "answer-cut-short", 0, server, "the server's response ended prematurely");
        Row(FailureReason.AnswerBodyTimeout, "answer-body-timeout", 0, server, "the server's response body stalled");

        Row(FailureReason.TooManyConnections, "too-many-connections", 503, own, "too many connections are open");
        Row(FailureReason.QueueFull, "queue-full", 503, own, "every server is at its limit of requests in flight, and the queue is full");
        Row(FailureReason.QueueTimeout, "queue-timeout", 503, own, "no server had a free slot in time");
        Row(FailureReason.OutOfResources, "out-of-resources", 503, own, "the balancer is out of descriptors, ports or memory");
        Row(FailureReason.ShuttingDown, "shutting-down", 503, own, "the balancer is shutting down");
        return table;
    }
}
