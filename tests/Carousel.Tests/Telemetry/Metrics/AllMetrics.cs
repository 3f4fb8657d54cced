using Carousel.Cli;
using Carousel.Control.Discovery;
using Carousel.Control.Store;
using Carousel.Control.Supervision;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Sessions;
using Carousel.Hosting;
using Carousel.Logging;

namespace Carousel.Tests.Telemetry;

/// <summary>All metrics of a balancer with every feature on.</summary>
internal static class AllMetrics
{
    public static IReadOnlyList<Metric> Of()
    {
        var sample = new Sample("http://10.0.0.1");
        var options = new SessionOptions();
        var channel = new SessionChannel(options, SessionStore.ProcessKeys(options, TimeProvider.System), workers: 1);
        var sessions = new SessionMetrics(channel, new SessionStore(StoreAddress.None, channel, sample.Pool, TimeProvider.System, (_, _) => { }, null));
        using var log = new StderrLog(new FailureLog(), _ => { }, TimeProvider.System, new EventLog(TimeProvider.System), sample.Pool, clientsToo: false);
        using var writer = new LogWriter(new LogSettings(), TimeProvider.System);
        using var watcher = new ServersFileWatcher("s", () => default, default, sample.Pool.Membership, TimeProvider.System, _ => { }, _ => { });
        var settings = new TelemetrySettings
        {
            AccessLog = new LogDestination.Stdout(),
            TraceShare = 1,
            Otlp = new OtlpOptions { Metrics = new Uri("http://localhost:4318/v1/metrics"), Traces = new Uri("http://localhost:4318/v1/traces") },
        };
        return new TelemetrySide(settings, sample.Traffic, sample.Pool, [sessions, new ServersFileMetrics(watcher), writer, new SupervisorMetrics(Supervisor.OfProcess)], 1024, log).Metrics.Metrics;
    }
}
