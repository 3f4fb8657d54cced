using Carousel.Cli;
using Carousel.Control.Telemetry;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Carousel.Files;
using Carousel.Logging;

namespace Carousel.Hosting;

/// <summary>The parts of telemetry outside the workers: metrics, access log, traces.</summary>
internal sealed class TelemetrySide : IDisposable
{
    private readonly ServerMetrics _servers;
    private readonly MeterBridge _meter;
    private readonly AccessLog? _accessLog;
    private readonly TraceExporter? _traces;
    private readonly OtlpMetricsExporter? _metrics;
    private bool _isStarted;

    /// <param name="settings">The settings, with those of the environment.</param>
    /// <param name="traffic">The records of the workers, made with <see cref="Records"/>.</param>
    /// <param name="pool">The servers.</param>
    /// <param name="others">Other sources of metrics.</param>
    /// <param name="descriptors">The descriptor limit of the process.</param>
    /// <param name="log">The balancer's log.</param>
    /// <param name="events">Receives events of ejected and recovered servers; may be null.</param>
    public TelemetrySide(
        TelemetrySettings settings, Traffic traffic, Pool pool, IEnumerable<IMetricSource> others, ulong descriptors, StderrLog log, EventLog? events = null)
    {
        TimeProvider time = TimeProvider.System;
        States = new StateTimes(pool, time, events);
        _servers = new ServerMetrics(pool, time, States);
        if (settings.AccessLog is not LogDestination.Off)
        {
            _accessLog = AccessLog.To(settings.AccessLog, settings.Format, traffic, pool, AppendFile.Open, StandardStreams.WriteOutput, log.Info, log.Error);
        }
        if (settings is { TraceShare: not null, Otlp.Traces: not null })
        {
            _traces = new TraceExporter(settings.Otlp, traffic, pool, time, log.Report);
        }
        IMetricSource?[] sources = [_servers, new WorkerMetrics(traffic, time), .. others, _accessLog, _traces, new ProcessMetrics(ProductVersion.Number, descriptors, time)];
        Metrics = new MetricsCollector([.. sources.OfType<IMetricSource>()]);
        _meter = new MeterBridge(Metrics, time);
        if (settings.Otlp is { Metrics: not null } otlp)
        {
            _metrics = new OtlpMetricsExporter(otlp, Metrics, time, log.Report);
        }
    }

    /// <summary>All metrics.</summary>
    public MetricsCollector Metrics { get; }

    /// <summary>Since when servers are in their state.</summary>
    public StateTimes States { get; }

    /// <summary>What workers record of each request.</summary>
    public static TrafficOptions Records(TelemetrySettings settings, bool hasAdmin) =>
        settings.AccessLog is not LogDestination.Off || settings.TraceShare is not null ? AccessLog.Records
        : hasAdmin ? new TrafficOptions()
        : TrafficOptions.NoRecords;

    /// <summary>Writes and sends from now on.</summary>
    public void Start()
    {
        _isStarted = true;
        _accessLog?.Start();
        _traces?.Start();
        _metrics?.Start();
    }

    /// <summary>Reopens the access log's file.</summary>
    public void Reopen() => _accessLog?.Reopen();

    /// <summary>Call it after the engine has stopped: writes and sends the remaining records. If it was not started, nothing has happened that a collector should know.</summary>
    public void Dispose()
    {
        if (_isStarted)
        {
            EndAsync().GetAwaiter().GetResult();
        }
        _meter.Dispose();
        _servers.Dispose();
    }

    private async Task EndAsync()
    {
        _accessLog?.Dispose();
        if (_traces is not null)
        {
            await _traces.DisposeAsync().ConfigureAwait(false);
        }
        if (_metrics is not null)
        {
            await _metrics.DisposeAsync().ConfigureAwait(false);
        }
    }
}
