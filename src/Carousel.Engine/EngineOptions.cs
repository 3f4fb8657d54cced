using System.Net;

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

    /// <summary>Maximum head size of a request or response in bytes, 1 KiB to 48 KiB.</summary>
    public int MaxHead { get; init; } = 16 * 1024;

    /// <summary>Maximum header fields in a head, 1 to 1000.</summary>
    public int MaxFields { get; init; } = 100;

    /// <summary>Timeout from a request's first byte until its head is complete.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Timeout of an idle client connection.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(75);

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

    /// <summary>Maximum client connections over all workers, at least 1.</summary>
    public int MaxConnections { get; init; } = 8192;

    /// <summary>
    /// Maximum client and server connections together, over all workers: bounded by the available descriptors. More than
    /// <see cref="MaxConnections"/>.
    /// </summary>
    public int MaxSockets { get; init; } = int.MaxValue;

    /// <summary>Maximum connections from one client address; 0 for no limit.</summary>
    public int MaxConnectionsPerClient { get; init; }

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
