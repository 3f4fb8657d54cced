namespace Carousel.Core.Telemetry;

/// <summary>Whose side a failure was on.</summary>
public enum FailureSide : byte
{
    /// <summary>The client's.</summary>
    Client,
    /// <summary>The server's.</summary>
    Server,
    /// <summary>The balancer's own.</summary>
    Balancer,
}

/// <summary>What a <see cref="FailureReason"/> is called, whose side it was, and which status answers it.</summary>
/// <param name="Name">The kebab-case code that logs, metrics and answers carry.</param>
/// <param name="Status">The HTTP status (RFC 9110 section 15) of the answer; 0 where none can be written.</param>
/// <param name="Side">Whose side it was.</param>
/// <param name="Sentence">One sentence for people, without the final stop.</param>
public sealed record FailureDescription(string Name, int Status, FailureSide Side, string Sentence);

/// <summary>The one table of all reasons. Safe from any thread.</summary>
public static class FailureReasons
{
    private static readonly FailureDescription[] Table = Build();

    /// <summary>How many reasons there are, <see cref="FailureReason.None"/> included: the length of an array that is indexed by them.</summary>
    public static int Count => Table.Length;

    /// <summary>The row of this reason.</summary>
    public static FailureDescription Describe(this FailureReason reason) => Table[(int)reason];

    /// <summary>The sum of what was counted by reason, but for those where the client failed: it left, or what it sent was bad.</summary>
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
        Row(FailureReason.BadLineEnding, "bad-line-ending", 400, client, "a CR, LF or NUL stands alone in the head");
        Row(FailureReason.BadHost, "bad-host", 400, client, "the Host field is missing, repeated or malformed");
        Row(FailureReason.BadContentLength, "bad-content-length", 400, client, "Content-Length is malformed or contradicts itself");
        Row(FailureReason.AmbiguousLength, "ambiguous-length", 400, client, "both Content-Length and Transfer-Encoding are given");
        Row(FailureReason.UnsupportedTransferCoding, "unsupported-transfer-coding", 501, client, "only the transfer coding \"chunked\" is understood");
        Row(FailureReason.BadChunk, "bad-chunk", 400, client, "the chunked body is malformed");
        Row(FailureReason.UnsupportedVersion, "unsupported-version", 505, client, "only HTTP/1.0 and HTTP/1.1 are spoken here");
        Row(FailureReason.TargetTooLong, "target-too-long", 414, client, "the request target is too long");
        Row(FailureReason.HeadTooLarge, "head-too-large", 431, client, "the request's header fields are too large or too many");
        Row(FailureReason.ConnectRefusedMethod, "connect-method", 405, client, "CONNECT is refused: this is no forward proxy");
        Row(FailureReason.TraceMethod, "trace-method", 405, client, "TRACE is refused: its answer would show what the server was sent");
        Row(FailureReason.MethodTooLong, "method-too-long", 501, client, "the method is longer than 32 bytes");
        Row(FailureReason.UnsupportedExpectation, "unsupported-expectation", 417, client, "only the expectation \"100-continue\" is understood");
        Row(FailureReason.HeadTimeout, "head-timeout", 408, client, "the request's head took too long to arrive");
        Row(FailureReason.RequestBodyTimeout, "request-body-timeout", 408, client, "the request's body paused for too long");
        Row(FailureReason.ClientTooSlow, "client-too-slow", 408, client, "the client sends its body, or takes its answer, too slowly");
        Row(FailureReason.ClientClosed, "client-closed", 0, client, "the client went away before its answer was complete");
        Row(FailureReason.ClientStalled, "client-stalled", 0, client, "the client stopped taking its answer");
        Row(FailureReason.TooManyConnectionsFromClient, "too-many-connections-from-client", 503, client, "this client has too many connections open");

        Row(FailureReason.NoServer, "no-server", 503, server, "no server can take the request: all are down, ejected or draining");
        Row(FailureReason.ServerGone, "server-gone", 503, server, "the server is not in the pool any more");
        Row(FailureReason.ServerDown, "server-down", 503, server, "the server is down");
        Row(FailureReason.ServerEjected, "server-ejected", 503, server, "the visitor's server is ejected");
        Row(FailureReason.ServerBusy, "server-busy", 503, server, "the server has as many requests as it may");
        Row(FailureReason.NameUnresolved, "name-unresolved", 503, server, "the server's name does not resolve");
        Row(FailureReason.ConnectRefused, "connect-refused", 502, server, "the server refused the connection");
        Row(FailureReason.ConnectTimeout, "connect-timeout", 504, server, "the server did not take the connection in time");
        Row(FailureReason.ConnectFailed, "connect-failed", 502, server, "the server can't be reached");
        Row(FailureReason.ServerClosed, "server-closed", 502, server, "the server closed the connection before answering");
        Row(FailureReason.ServerStalled, "server-stalled", 504, server, "the server stopped taking the request");
        Row(FailureReason.AnswerTimeout, "answer-timeout", 504, server, "the server did not answer in time");
        Row(FailureReason.BadAnswer, "bad-answer", 502, server, "the server's answer breaks HTTP/1.1");
        Row(FailureReason.AnswerHeadTooLarge, "answer-head-too-large", 502, server, "the head of the server's answer is too large");
        Row(FailureReason.AnswerCutShort, "answer-cut-short", 0, server, "the server's answer stopped before its end");
        Row(FailureReason.AnswerBodyTimeout, "answer-body-timeout", 0, server, "the server's answer paused for too long");

        Row(FailureReason.TooManyConnections, "too-many-connections", 503, own, "too many connections are open");
        Row(FailureReason.QueueFull, "queue-full", 503, own, "every server has as many requests as it may, and no more may wait");
        Row(FailureReason.QueueTimeout, "queue-timeout", 503, own, "no server had room for the request in time");
        Row(FailureReason.OutOfResources, "out-of-resources", 503, own, "the balancer has no descriptors, ports or memory left");
        Row(FailureReason.ShuttingDown, "shutting-down", 503, own, "the balancer is shutting down");
        return table;
    }
}
