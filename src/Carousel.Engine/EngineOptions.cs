using System.Net;
using Carousel.Core.Health;
using Carousel.Core.Policies;

namespace Carousel.Engine;

/// <summary>Engine settings. Immutable. The defaults are those of the command line.</summary>
public sealed record EngineOptions
{
    /// <summary>Addresses to listen on; empty for all addresses, IPv6 and IPv4.</summary>
    public IReadOnlyList<IPAddress> Bind { get; init; } = [];

    /// <summary>Port to listen on, 1 to 65535; 0 lets the kernel choose (see <see cref="ProxyEngine.Port"/>).</summary>
    public int Port { get; init; } = 7777;

    /// <summary>Worker threads, 1 to 256.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>How a server is selected.</summary>
    public PolicyOptions Policy { get; init; } = new();

    /// <summary>Maximum head size of a request or response in bytes, 1 KiB to 48 KiB.</summary>
    public int MaxHead { get; init; } = 16 * 1024;

    /// <summary>Maximum header fields in a head, 1 to 1000.</summary>
    public int MaxFields { get; init; } = 100;

    /// <summary>Timeout from a request's first byte until its head is complete.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Timeout of an idle client connection.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Timeout of one attempt to connect to a server, over all its addresses.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Timeout from the request's last byte until the response head is complete.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Timeout between two bytes of a body, in either direction on either side.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Minimum rate in bytes per second if a server of the pool has a request limit and no rate is set. Kestrel's default.
    /// </summary>
    public const int MinRateWithLimits = 240;

    /// <summary>
    /// Minimum bytes per second, averaged over ten seconds, at which a client must send its request body, or read its response, while the
    /// balancer waits for it; 0 for no minimum. Null for <see cref="MinRateWithLimits"/> while a server of the pool has a request limit,
    /// and for no minimum otherwise.
    /// </summary>
    public int? MinRate { get; init; }

    /// <summary>Timeout of a silent upgraded connection (WebSocket).</summary>
    public TimeSpan TunnelTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Maximum idle time of a kept server connection. The server's Keep-Alive field may shorten it.</summary>
    public TimeSpan ServerIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often an idempotent request is retried after a server may have received it in full; 0 for never, even if the failed connection
    /// was reused and may have been stale. A request that crashes servers can take down one server more than this number:
    /// docs/decisions/0008-retries.md.
    /// </summary>
    public int Retries { get; init; } = 2;

    /// <summary>
    /// True to retry an idempotent request once on another server when its server is found down while the response is awaited. Set if
    /// health checks send requests, not if they only connect.
    /// </summary>
    public bool RetriesWaiting { get; init; }

    /// <summary>
    /// Maximum retries in percent of the requests of the last ten seconds, 0 to 100. Ten retries a second are always allowed.
    /// </summary>
    public int RetryPercent { get; init; } = 20;

    /// <summary>Thresholds at which request failures eject a server.</summary>
    public OutlierOptions Outliers { get; init; } = new();

    /// <summary>Time over which a recovered or new server ramps up to its full share; zero for none.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True to try all servers that have an address while none is available.</summary>
    public bool Panic { get; init; }

    /// <summary>Maximum client connections over all workers, at least 1.</summary>
    public int MaxConnections { get; init; } = 8192;

    /// <summary>
    /// Maximum client and server connections together, over all workers: bounded by the available descriptors. More than
    /// <see cref="MaxConnections"/>.
    /// </summary>
    public int MaxSockets { get; init; } = int.MaxValue;

    /// <summary>Maximum connections from one client address; 0 for no limit.</summary>
    public int MaxConnectionsPerClient { get; init; }

    /// <summary>Maximum queued requests over all workers; 0 to disable the queue.</summary>
    public int Queue { get; init; } = 1024;

    /// <summary>Maximum time of a request in the queue.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Peers whose X-Forwarded-* and Forwarded fields are trusted and passed on. The fields of all other peers are replaced.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>True to send every request's id to the server and the client as X-Request-Id. The id of a trusted proxy is kept.</summary>
    public bool RequestIds { get; init; } = true;

    /// <summary>
    /// Enables tracing. Requests that arrive with a sampled trace are traced, and this share, 0 to 1, of the requests that arrive without a
    /// trace. Traced requests are recorded and marked as sampled in traceparent. Null to disable tracing and pass traceparent through.
    /// </summary>
    public double? TraceShare { get; init; }

    /// <summary>True to send <c>Forwarded</c> (RFC 7239) to servers in addition to X-Forwarded-*.</summary>
    public bool SendForwarded { get; init; }

    /// <summary>True to pass TRACE and TRACK on. Otherwise they are refused with 405.</summary>
    public bool AllowsTrace { get; init; }
}
