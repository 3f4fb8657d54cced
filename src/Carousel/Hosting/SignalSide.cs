using Carousel.Control.Admin;
using Carousel.Core.Config;
using Carousel.Logging;
using Carousel.Platform;

namespace Carousel.Hosting;

/// <summary>What signals do to a balancer, and what systemd is told of it.</summary>
internal sealed class SignalSide : IDisposable
{
    private readonly EngineSide _engine;
    private readonly AdminContext _admin;
    private readonly ServersFileSide? _servers;
    private readonly TelemetrySide _telemetry;
    private readonly StderrLog _log;
    private readonly TimeSpan _drainTimeout;
    private readonly SystemdNotify? _systemd = SystemdNotify.Of(Environment.GetEnvironmentVariable, TimeProvider.System);
    private Signals? _signals;

    /// <param name="engine">Is drained.</param>
    /// <param name="admin">Shows that it drains.</param>
    /// <param name="servers">Is reloaded; null if there is no file that can be read again.</param>
    /// <param name="telemetry">Reopens its file.</param>
    /// <param name="log">The balancer's log.</param>
    /// <param name="drainTimeout">The time that requests in flight have to finish.</param>
    public SignalSide(EngineSide engine, AdminContext admin, ServersFileSide? servers, TelemetrySide telemetry, StderrLog log, TimeSpan drainTimeout) =>
        (_engine, _admin, _servers, _telemetry, _log, _drainTimeout) = (engine, admin, servers, telemetry, log, drainTimeout);

    /// <summary>Handles signals from now on.</summary>
    public void Start()
    {
        if (_systemd is not null && _servers is not null)
        {
            _servers.Reloaded += _systemd.Reloaded;
        }
        _signals = new Signals(Drain, _engine.Cut, Reload, _telemetry.Reopen);
    }

    /// <inheritdoc cref="SystemdNotify.Ready"/>
    public void Ready(string status, Func<bool> isWell) => _systemd?.Ready(status, isWell);

    public void Dispose()
    {
        _signals?.Dispose();
        _systemd?.Dispose();
    }

    private void Reload()
    {
        if (_servers is null)
        {
            _log.Info("SIGHUP ignored: the servers are not from a file that can be read again");
            return;
        }
        _systemd?.Reloading();
        _servers.Reload();
    }

    /// <summary>During the start there is nothing to drain: the process ends.</summary>
    private void Drain()
    {
        _systemd?.Stopping(_drainTimeout);
        if (!_engine.IsStarted)
        {
            Environment.Exit(ExitCode.Ok);
        }
        _admin.BeginDrain();
        _engine.Drain(_drainTimeout);
        _log.Info($"draining: no new connections; requests in flight have {Durations.Format(_drainTimeout)} to finish; a second signal stops immediately");
    }
}
