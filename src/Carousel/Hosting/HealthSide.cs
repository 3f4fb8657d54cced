using Carousel.Control.Discovery;
using Carousel.Control.Probes;
using Carousel.Control.Supervision;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;

namespace Carousel.Hosting;

/// <summary>The probes of the servers, if they are on, and the watch over servers that workers report as unreachable or suspect.</summary>
internal sealed class HealthSide : IDisposable
{
    private readonly HealthMonitor? _monitor;
    private readonly Action _checkForUnreachable;
    private readonly Action _checkForSuspects;
    private WatchThread? _watch;
    private Task? _firstProbes;

    /// <param name="membership">The servers.</param>
    /// <param name="options">How they are probed.</param>
    /// <param name="names">Looks up the names of unreachable servers again.</param>
    /// <param name="report">Receives the log lines about servers.</param>
    public HealthSide(PoolMembership membership, HealthOptions options, NameResolver names, ReportServer report)
    {
        _monitor = options.IsOn ? Monitor(membership, options, report) : null;
        _checkForUnreachable = new UnreachableWatch(membership.Pool, names.LookUpSoon).Look;
        _checkForSuspects = _monitor is null ? () => { } : new SuspectWatch(membership.Pool, _monitor.RequestProbe, TimeProvider.System).Look;
    }

    /// <summary>Starts; the first probes take a while.</summary>
    public void Start()
    {
        _watch = WatchThread.Start(Supervisor.OfProcess, ("unreachable servers", _checkForUnreachable), ("suspects", _checkForSuspects));
        _firstProbes = _monitor?.StartAsync();
    }

    /// <summary>Waits until a server is up, or as long as <see cref="HealthMonitor.StartAsync"/> does.</summary>
    public void WaitForFirstProbes() => _firstProbes?.GetAwaiter().GetResult();

    public void Dispose()
    {
        _watch?.Dispose();
        _monitor?.Dispose();
    }

    private static HealthMonitor Monitor(PoolMembership membership, HealthOptions options, ReportServer report) =>
        new(membership, options, new SocketProbe(options, TimeProvider.System).ProbeAsync,
            new SocketPing(options, TimeProvider.System).PingAsync, TimeProvider.System, report);
}
