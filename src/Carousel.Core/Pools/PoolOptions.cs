using Carousel.Core.Health;
using Carousel.Core.Policies;
using Carousel.Core.Sessions;

namespace Carousel.Core.Pools;

/// <summary>The settings of a pool. Immutable. The defaults are those of the command line.</summary>
public sealed record PoolOptions
{
    /// <summary>How a server is selected.</summary>
    public PolicyOptions Policy { get; init; } = new();

    /// <summary>How servers are probed.</summary>
    public HealthOptions Health { get; init; } = new();

    /// <summary>Thresholds at which request failures eject a server.</summary>
    public OutlierOptions Outliers { get; init; } = new();

    /// <summary>Session affinity.</summary>
    public SessionOptions Sessions { get; init; } = new();

    /// <summary>Time over which a recovered or new server ramps up to its full share; zero for none.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True to try all servers that have an address while none is available.</summary>
    public bool Panic { get; init; }

    /// <summary>
    /// How often an idempotent request is retried after a server may have received it in full; 0 for never, even if the failed connection
    /// was reused and may have been stale. A request that crashes servers can take down one server more than this number:
    /// docs/decisions/0008-retries.md.
    /// </summary>
    public int Retries { get; init; } = 2;

    /// <summary>Maximum retries in percent of the requests of the last ten seconds, 0 to 100. Ten retries a second are always allowed.</summary>
    public int RetryPercent { get; init; } = 20;

    /// <summary>
    /// True to retry an idempotent request once on another server when its server is found down while the response is awaited: if probes send requests, not
    /// if they only connect.
    /// </summary>
    public bool RetriesWaiting => Health is { IsOn: true, Path: not null };

    /// <summary>Maximum queued requests over all workers; 0 to disable the queue.</summary>
    public int Queue { get; init; } = 1024;

    /// <summary>Maximum time of a request in the queue.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Timeout of one attempt to connect to a server, over all its addresses.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Timeout from the request's last byte until the response head is complete.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Maximum idle time of a kept server connection. The server's Keep-Alive field may shorten it.</summary>
    public TimeSpan ServerIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
