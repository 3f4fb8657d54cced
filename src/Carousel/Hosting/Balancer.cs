using System.Collections.Immutable;
using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Control.Discovery;
using Carousel.Control.Files;
using Carousel.Control.Probes;
using Carousel.Control.Supervision;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Files;
using Carousel.Logging;
using Carousel.Platform;

namespace Carousel.Hosting;

/// <summary>Wires up the parts and runs them until shutdown.</summary>
internal static class Balancer
{
    /// <summary>Balances over these servers. Blocks until shutdown; returns the exit code.</summary>
    /// <param name="entries">At least one.</param>
    /// <param name="settings">From the command line.</param>
    /// <param name="source">The file of the servers; null if there is none that can be read again.</param>
    /// <param name="whenStarted">Called with the port and the URL of the admin side, if there is one, once connections are accepted and the banner is written.</param>
    public static int Run(ImmutableArray<ServerEntry> entries, RunSettings settings, ServersSource? source = null, Action<int, string?, LogWriter>? whenStarted = null)
    {
        using var writer = new LogWriter(settings.Log, TimeProvider.System);
        ulong descriptors = DescriptorLimit.Raise();
        if (Limited(settings, descriptors, out string? error) is not { } options)
        {
            return CannotStart(writer, error!);
        }
        var failures = new FailureLog();
        var events = new EventLog(TimeProvider.System);
        var pool = new Pool(PoolBuilder.Build(PoolBuilder.Servers(entries), probed: settings.Health.IsOn));
        using var log = new StderrLog(failures, writer.Write, TimeProvider.System, events, pool, settings.Log.ClientsToo);
        Supervisor.OfProcess.Report = log.Report;
        var membership = new PoolMembership(pool, probed: settings.Health.IsOn);
        using var names = new NameResolver(membership, SystemResolver.Resolve, TimeProvider.System, settings.ResolveInterval, log.Report);
        using HealthMonitor? health = settings.Health.IsOn ? Health(membership, settings.Health, log.About) : null;
        using WatchThread watch = Watch(pool, names, health);
        using var drains = new DrainMonitor(membership, settings.Sessions.Mode == SessionMode.Sticky, settings.DrainTimeout, TimeProvider.System, log.About);
        using ServersFileWatcher? watcher = source is null ? null : Watcher(source, membership, log);
        using LastGoodWriter? lastGood = KeepLastGood(source, watcher, log);
        SessionSide? sessions = SessionSide.Of(settings, pool, log.Report);
        var traffic = new Traffic(options.Workers, TelemetrySide.Records(settings.Telemetry, hasAdmin: settings.Admin is not null));
        var telemetry = new TelemetrySide(settings.Telemetry, traffic, pool, Metrics(sessions, watcher, writer), descriptors, log, events);
        AdminContext context = Context(membership, traffic, telemetry, events, settings, sessions, drains, log, Saver(settings, watcher, source), watcher);
        using var admin = new AdminSide(settings, context);
        var engine = new ProxyEngine(options, pool, failures, sessions?.Channel, traffic);
        // Process 1 of a container has no default action for signals, so handlers are needed while names are still being resolved.
        bool started = false;
        using var systemd = SystemdNotify.Of(Environment.GetEnvironmentVariable, TimeProvider.System);
        Action reload = watcher is null ? () => log.Info("SIGHUP ignored: the servers are not from a file that can be read again") : Reload(watcher, systemd);
        Action drain = () => Drain(engine, context, systemd, log, Volatile.Read(ref started), settings.DrainTimeout);
        using var signals = new Signals(drain, engine.Stop, reload, telemetry.Reopen);
        drains.Start();
        names.StartAsync().GetAwaiter().GetResult();
        Task? firstProbes = health?.StartAsync();
        sessions?.Start();
        firstProbes?.GetAwaiter().GetResult();
        try
        {
            engine.Start();
        }
        catch (EngineStartException e)
        {
            End(sessions);
            return CannotStart(writer, e.Message);
        }
        Volatile.Write(ref started, true);
        telemetry.Start();
        log.Start();
        using IDisposable? notices = watcher is not null && settings.Watch ? Watch(watcher, source!.Path) : null;
        bool adminStarted = admin.Start(log.Report, writer);
        if (adminStarted)
        {
            writer.Print(Banner.Text(options.Bind, engine.Port, options.Workers, pool.Current, admin.Url));
            whenStarted?.Invoke(engine.Port, admin.Url, writer);
            systemd?.Ready($"listening on port {engine.Port}", new WorkerPulse(traffic.Workers, engine.Ping).AllTicked);
        }
        else
        {
            engine.Stop();
        }
        WaitForEnd(engine, sessions, telemetry);
        return adminStarted ? ExitCode.Ok : ExitCode.CannotStart;
    }

    private static void WaitForEnd(ProxyEngine engine, SessionSide? sessions, TelemetrySide telemetry)
    {
        // Collects the garbage of the start, and brings the collector's code and tables into memory before traffic needs them.
        GC.Collect();
        engine.WaitForExit();
        End(sessions);
        End(telemetry);
    }

    private static void End(IAsyncDisposable? side) => side?.DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>The engine options with the connections that the descriptors allow.</summary>
    private static EngineOptions? Limited(RunSettings settings, ulong descriptors, out string? error)
    {
        int? connections = DescriptorBudget.Connections(descriptors, settings.Engine.Workers, settings.MaxConnections, out error);
        return connections is null ? null : settings.Engine with
        {
            MaxConnections = connections.Value,
            RetriesWaiting = settings.Health is { IsOn: true, Path: not null },
            MaxSockets = DescriptorBudget.Sockets(descriptors, settings.Engine.Workers),
        };
    }

    private static WatchThread Watch(Pool pool, NameResolver names, HealthMonitor? health)
    {
        Action checkForUnreachable = new UnreachableWatch(pool, names.LookUpSoon).Look;
        Action checkForSuspects = health is null ? () => { } : new SuspectWatch(pool, health.RequestProbe, TimeProvider.System).Look;
        return WatchThread.Start(Supervisor.OfProcess, ("unreachable servers", checkForUnreachable), ("suspects", checkForSuspects));
    }

    private static HealthMonitor Health(PoolMembership membership, HealthOptions options, ReportServer report) =>
        new(membership, options, new SocketProbe(options, TimeProvider.System).ProbeAsync,
            new SocketPing(options, TimeProvider.System).PingAsync, TimeProvider.System, report);

    private static ServersFileWatcher Watcher(ServersSource source, PoolMembership membership, StderrLog log) =>
        new(source.Path, () => ServersFileReader.Read(source.Path), source.Text, membership, TimeProvider.System, log.Info, log.Error, source.StartsWith, new FileThread("servers file"));

    private static IEnumerable<IMetricSource> Metrics(SessionSide? sessions, ServersFileWatcher? watcher, LogWriter writer) =>
        ((IMetricSource?[])[sessions?.Metrics, watcher is null ? null : new ServersFileMetrics(watcher), writer, new SupervisorMetrics(Supervisor.OfProcess)]).OfType<IMetricSource>();

    /// <summary>Keeps each good list; logs a start with the last good list.</summary>
    private static LastGoodWriter? KeepLastGood(ServersSource? source, ServersFileWatcher? watcher, StderrLog log)
    {
        if (source?.LastGood is not { } file || watcher is null)
        {
            return null;
        }
        var lastGood = new LastGoodWriter(file.Path, file.Write, log.Error);
        watcher.Accepted += lastGood.Keep;
        if (source.StartsWith is null)
        {
            lastGood.Keep(source.Text);
        }
        else
        {
            log.Error($"{source.Path} can't be used ({watcher.Failure}): starting with the last good list of {file.Time}, from {file.Path}");
        }
        return lastGood;
    }

    /// <summary>The first check finds changes made during the start.</summary>
    private static IDisposable? Watch(ServersFileWatcher watcher, string path)
    {
        IDisposable? notices = FolderNotices.Start(path, watcher.Notice);
        watcher.Start();
        return notices;
    }

    private static ServersFileSaver? Saver(RunSettings settings, ServersFileWatcher? watcher, ServersSource? source) =>
        settings.Save && watcher is not null ? new ServersFileSaver(watcher, source!.Path) : null;

    private static AdminContext Context(PoolMembership membership, Traffic traffic, TelemetrySide telemetry, EventLog events, RunSettings settings,
        SessionSide? sessions, DrainMonitor drains, StderrLog log, ServersFileSaver? saver, ServersFileWatcher? watcher) =>
        new(membership, traffic, events, TimeProvider.System, saver, telemetry.States)
        {
            Version = ProductVersion.Number,
            Policy = settings.Engine.Policy,
            Panics = settings.Engine.Panic,
            TimeLeft = drains.TimeLeft,
            Settings = settings.Described,
            Sessions = sessions?.Channel,
            Store = sessions?.Store,
            Metrics = telemetry.Metrics,
            StoreAddress = settings.Store,
            ListError = () => watcher?.Failure,
            Report = log.Info,
            ReportError = log.Error,
        };

    private static Action Reload(ServersFileWatcher watcher, SystemdNotify? systemd)
    {
        if (systemd is null)
        {
            return watcher.Reload;
        }
        watcher.Reloaded += systemd.Reloaded;
        return () =>
        {
            systemd.Reloading();
            watcher.Reload();
        };
    }

    private static void Drain(ProxyEngine engine, AdminContext context, SystemdNotify? systemd, StderrLog log, bool started, TimeSpan atMost)
    {
        systemd?.Stopping(atMost);
        if (!started)
        {
            Environment.Exit(ExitCode.Ok);
        }
        context.BeginDrain();
        engine.Drain(atMost);
        log.Info($"draining: no new connections; requests in flight have {Durations.Format(atMost)} to finish; a second signal stops immediately");
    }

    private static int CannotStart(LogWriter writer, string error)
    {
        writer.Fail(error);
        return ExitCode.CannotStart;
    }
}
