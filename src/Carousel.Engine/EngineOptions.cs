using System.Net;
using Carousel.Core.Health;
using Carousel.Core.Policies;

namespace Carousel.Engine;

/// <summary>What the engine may be told. Defaults are those of the command line. Immutable.</summary>
public sealed record EngineOptions
{
    /// <summary>Addresses to listen on; empty means every address of this machine, IPv6 and IPv4.</summary>
    public IReadOnlyList<IPAddress> Bind { get; init; } = [];

    /// <summary>Port to listen on, 1 to 65535; 0 lets the kernel choose (see <see cref="ProxyEngine.Port"/>).</summary>
    public int Port { get; init; } = 7777;

    /// <summary>Threads that move traffic, 1 to 256.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>How servers are chosen.</summary>
    public PolicyOptions Policy { get; init; } = new();

    /// <summary>Largest head of a request or an answer, in bytes: 1 KiB to 48 KiB.</summary>
    public int MaxHead { get; init; } = 16 * 1024;

    /// <summary>Most header fields in a head, 1 to 1000.</summary>
    public int MaxFields { get; init; } = 100;

    /// <summary>From a request's first byte until its head is complete.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client's connection may wait for its next request.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>How long one attempt to connect to a server may take, all its addresses together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From the last byte of the request until the answer's head is complete.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest pause between two bytes of a body, either direction, either side.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The least rate, in bytes a second, while a server of the pool has a limit of requests and none is given: Kestrel's default.</summary>
    public const int MinRateWithLimits = 240;

    /// <summary>
    /// Bytes a second, over ten seconds, at which a client must send its request's body, or take its answer, while it is waited for; 0 for any. Null for
    /// <see cref="MinRateWithLimits"/> while a server of the pool has a limit of requests, and else for any.
    /// </summary>
    public int? MinRate { get; init; }

    /// <summary>How long an upgraded connection (WebSocket) may be silent.</summary>
    public TimeSpan TunnelTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a connection to a server is kept for the next request, unless its Keep-Alive field says less.</summary>
    public TimeSpan ServerIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often an idempotent request is sent again that a server may have had whole; 0 for never, though the connection was kept and may have been stale. So many
    /// servers and one more a request can take with it that kills them: docs/decisions/0008-retries.md.
    /// </summary>
    public int Retries { get; init; } = 2;

    /// <summary>
    /// True to send an idempotent request that waits for the answer of a server which is found down to another one, once: where a health check's answers say
    /// so, not where servers are only connected.
    /// </summary>
    public bool RetriesWaiting { get; init; }

    /// <summary>Most requests sent again, in percent of the requests of ten seconds; ten a second are always allowed. 0 to 100.</summary>
    public int RetryPercent { get; init; } = 20;

    /// <summary>When the failures of requests take a server out.</summary>
    public OutlierOptions Outliers { get; init; } = new();

    /// <summary>How long it takes until a server that has come back, or is new, gets its whole share; zero for at once.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True to try all servers that have an address while none can serve.</summary>
    public bool Panic { get; init; }

    /// <summary>Most client connections at once, over all workers; at least 1.</summary>
    public int MaxConnections { get; init; } = 8192;

    /// <summary>Most connections at once to clients and servers together, over all workers: as many as there are descriptors for; more than <see cref="MaxConnections"/>.</summary>
    public int MaxSockets { get; init; } = int.MaxValue;

    /// <summary>Most connections from one client address at once; 0 for no limit.</summary>
    public int MaxConnectionsPerClient { get; init; }

    /// <summary>Most requests that wait for a server with room at once, over all workers; 0 if none is to wait.</summary>
    public int Queue { get; init; } = 1024;

    /// <summary>How long a request waits for a server with room.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Clients whose X-Forwarded-* and Forwarded fields are believed and passed on; those of all others are replaced.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>True to give every request an id, which servers and clients are told as X-Request-Id; a trusted proxy's own is taken over.</summary>
    public bool RequestIds { get; init; } = true;

    /// <summary>
    /// Which requests are traced (their records say so, and servers are told by traceparent): those whose client records the trace, and of those that come without
    /// one this share, 0 to 1. Null for none: traceparent is passed on as it is.
    /// </summary>
    public double? TraceShare { get; init; }

    /// <summary>True to send <c>Forwarded</c> (RFC 7239) to servers, beside X-Forwarded-*.</summary>
    public bool SendForwarded { get; init; }

    /// <summary>True to pass TRACE and TRACK on; they are refused with 405 otherwise.</summary>
    public bool AllowsTrace { get; init; }
}
