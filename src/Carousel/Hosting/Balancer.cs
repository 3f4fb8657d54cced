using System.Collections.Immutable;
using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Control.Discovery;
using Carousel.Control.Supervision;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Files;
using Carousel.Logging;
using Carousel.Platform;

namespace Carousel.Hosting;

/// <summary>A balancer: makes its parts, and runs them until shutdown.</summary>
internal sealed class Balancer
{
    private readonly RunSettings _settings;
    private readonly LogWriter _writer;
    private readonly Action<int, string?, LogWriter>? _whenStarted;
    private readonly PoolMembership _membership;
    private readonly Traffic _traffic;
    private readonly EventLog _events = new(TimeProvider.System);
    private readonly StderrLog _log;
    private readonly NameResolver _names;
    private readonly HealthSide _health;
    private readonly DrainMonitor _drains;
    private readonly ServersFileSide? _servers;
    private readonly SessionSide? _sessions;
    private readonly TelemetrySide _telemetry;
    private readonly AdminSide _admin;
    private readonly EngineSide _engine;
    private readonly SignalSide _signals;

    /// <summary>Starts nothing yet.</summary>
    private Balancer(
        ImmutableArray<ServerEntry> entries, RunSettings settings, ServersSource? source, ulong descriptors, LogWriter writer, Action<int, string?, LogWriter>? whenStarted)
    {
        (_settings, _writer, _whenStarted) = (settings, writer, whenStarted);
        var failures = new FailureLog();
        var slots = new SlotAllocator();
        var pool = new Pool(PoolBuilder.Build(PoolBuilder.Servers(entries, slots), probed: settings.Pool.Health.IsOn), settings.Pool, slots, failures, TimeProvider.System)
        {
            Sessions = SessionSide.ChannelOf(settings.Pool.Sessions, settings.Engine.Workers),
        };
        _log = new StderrLog(failures, writer.Write, TimeProvider.System, _events, pool, settings.Log.ClientsToo);
        Supervisor.OfProcess.Report = _log.Report;
        _membership = pool.Membership;
        _names = new NameResolver(_membership, SystemResolver.Resolve, TimeProvider.System, settings.ResolveInterval, _log.Report);
        _health = new HealthSide(_membership, pool.Options.Health, _names, _log.About);
        _drains = new DrainMonitor(_membership, pool.Options.Sessions.Mode == SessionMode.Sticky, settings.DrainTimeout, TimeProvider.System, _log.About);
        _servers = ServersFileSide.Of(source, settings, _membership, _log);
        _sessions = SessionSide.Of(settings, pool, _log.Report);
        _traffic = new Traffic(settings.Engine.Workers, TelemetrySide.Records(settings.Telemetry, hasAdmin: settings.Admin is not null));
        IMetricSource?[] metrics = [_sessions?.Metrics, _servers?.Metrics, writer, new SupervisorMetrics(Supervisor.OfProcess)];
        _telemetry = new TelemetrySide(settings.Telemetry, _traffic, pool, metrics.OfType<IMetricSource>(), descriptors, _log, _events);
        AdminContext context = Context();
        _admin = new AdminSide(settings, context, _log.Report);
        _engine = new EngineSide(new ProxyEngine(settings.Engine, pool, failures, _traffic));
        _signals = new SignalSide(_engine, context, _servers, _telemetry, _log, settings.DrainTimeout);
    }

    /// <summary>The parts in the order of their start; they stop in reverse.</summary>
    private HostPart[] Parts =>
    [
        new("log", _log.Start, _log.Dispose),
        new("last good list", () => _servers?.KeepLastGood(), () => _servers?.FinishLastGood()),
        // Process 1 of a container has no default action for signals, so handlers are needed while names are still being resolved.
        new("signals", _signals.Start, _signals.Dispose),
        new("drains", _drains.Start, _drains.Dispose),
        new("names", () => _names.StartAsync().GetAwaiter().GetResult(), _names.Dispose),
        new("probes", _health.Start, _health.Dispose),
        // Starts below, when there is something to record; ends after everything that it records.
        new("end of telemetry", Stop: _telemetry.Dispose),
        new("sessions", () => _sessions?.Start(), () => _sessions?.Dispose()),
        // They ran while the session store was looked for.
        new("first probes", _health.WaitForFirstProbes),
        new("engine", _engine.Start, _engine.Stop),
        new("telemetry", _telemetry.Start),
        new("servers file", () => _servers?.Watch(), () => _servers?.Dispose()),
        new("admin side", _admin.Start, _admin.Dispose),
        new("announcement", Announce),
    ];

    /// <summary>Balances over these servers. Blocks until shutdown; returns the exit code.</summary>
    /// <param name="entries">At least one.</param>
    /// <param name="settings">From the command line.</param>
    /// <param name="source">The file of the servers; null if there is none that can be read again.</param>
    /// <param name="whenStarted">Called with the port and the URL of the admin side, if there is one, once connections are accepted and the banner is written.</param>
    public static int Run(ImmutableArray<ServerEntry> entries, RunSettings settings, ServersSource? source = null, Action<int, string?, LogWriter>? whenStarted = null)
    {
        using var writer = new LogWriter(settings.Log, TimeProvider.System);
        ulong descriptors = DescriptorLimit.Raise();
        if (EngineSide.Limited(settings, descriptors, out string? error) is not { } options)
        {
            writer.Fail(error!);
            return ExitCode.CannotStart;
        }
        return new Balancer(entries, settings with { Engine = options }, source, descriptors, writer, whenStarted).Run();
    }

    private int Run()
    {
        var host = new Host(Parts, _writer.Fail);
        if (!host.Start())
        {
            return ExitCode.CannotStart;
        }
        // Collects the garbage of the start, and brings the collector's code and tables into memory before traffic needs them.
        GC.Collect();
        _engine.WaitForExit();
        return host.Stop() ? ExitCode.Ok : ExitCode.Defect;
    }

    private void Announce()
    {
        _writer.Print(Banner.Text(_settings.Engine.Bind, _engine.Port, _settings.Engine.Workers, _membership.Pool.Current, _admin.Url));
        _whenStarted?.Invoke(_engine.Port, _admin.Url, _writer);
        _signals.Ready($"listening on port {_engine.Port}", new WorkerPulse(_traffic.Workers, _engine.Ping).AllTicked);
    }

    private AdminContext Context() => new(_membership, _traffic, _events, TimeProvider.System, _servers?.Saver, _telemetry.States)
    {
        Version = ProductVersion.Number,
        Policy = _settings.Pool.Policy,
        Panics = _settings.Pool.Panic,
        TimeLeft = _drains.TimeLeft,
        Settings = _settings.Described,
        Sessions = _membership.Pool.Sessions,
        Store = _sessions?.Store,
        Metrics = _telemetry.Metrics,
        StoreAddress = _settings.Store,
        ListError = () => _servers?.Failure,
        Report = _log.Info,
        ReportError = _log.Error,
    };
}
