using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Carousel.Control.Supervision;

namespace Carousel.Platform;

/// <summary>
/// Notifies systemd (sd_notify(3)): ready, reloading, stopping, and the watchdog while the workers run. Any thread. Messages that systemd does not accept are lost: traffic
/// does not depend on it.
/// </summary>
internal sealed class SystemdNotify : IDisposable
{
    /// <summary>systemd normally accepts datagrams immediately.</summary>
    private const int SendTimeoutMs = 1000;

    private const long MicrosASecond = 1_000_000;

    /// <summary>In addition to the drain limit: unsaved updates are written to the store.</summary>
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(10);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = SendTimeoutMs };
    private readonly UnixDomainSocketEndPoint _manager;
    private readonly TimeSpan? _watchdog;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _stopping;
    private volatile bool _ready;

    private SystemdNotify(UnixDomainSocketEndPoint manager, TimeSpan? watchdog, TimeProvider time) => (_manager, _watchdog, _time) = (manager, watchdog, time);

    /// <summary>Null if not started by systemd, or not as a service of type notify.</summary>
    /// <param name="environment">A variable's value, or null.</param>
    /// <param name="time">The clock of the watchdog.</param>
    public static SystemdNotify? Of(Func<string, string?> environment, TimeProvider time)
    {
        // A path, or '@' and the name of an abstract socket.
        string? socket = environment("NOTIFY_SOCKET");
        if (socket is not ['/' or '@', _, ..])
        {
            return null;
        }
        bool isOurs = environment("WATCHDOG_PID") is not { } process || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        TimeSpan? watchdog = isOurs && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long micros) && micros > 0
            ? TimeSpan.FromMicroseconds(micros)
            : null;
        return new SystemdNotify(new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket), watchdog, time);
    }

    /// <summary>Connections are accepted. If the watchdog is enabled, it is notified twice per period from now on, as long as <paramref name="isWell"/> returns true.</summary>
    /// <param name="status">The text in systemctl status.</param>
    /// <param name="isWell">Called before each notification, on a thread pool thread.</param>
    public void Ready(string status, Func<bool> isWell)
    {
        Send($"READY=1\nSTATUS={status}");
        _ready = true;
        lock (_gate)
        {
            if (_watchdog is { } period && !_stopping)
            {
                _timer = Supervisor.OfProcess.StartTimer("watchdog", () => Pet(isWell), _time, TimeSpan.Zero, period / 2);
            }
        }
    }

    /// <summary>servers.txt is being reloaded; <see cref="Reloaded"/> must follow.</summary>
    public void Reloading() => SendIfReady($"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / MicrosASecond)}");

    /// <summary>servers.txt was read, with or without success.</summary>
    public void Reloaded() => SendIfReady("READY=1");

    /// <summary>The balancer stops within this time plus <see cref="AfterDrain"/>. The watchdog ends.</summary>
    public void Stopping(TimeSpan within)
    {
        lock (_gate)
        {
            _stopping = true;
            _timer?.Dispose();
        }
        Send($"STOPPING=1\nEXTEND_TIMEOUT_USEC={(within + AfterDrain).Ticks / TimeSpan.TicksPerMicrosecond}");
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _socket.Dispose();
    }

    private void Pet(Func<bool> isWell)
    {
        if (isWell())
        {
            Send("WATCHDOG=1");
        }
    }

    /// <summary>READY=1 must not be sent before the start has finished.</summary>
    private void SendIfReady(string state)
    {
        if (_ready)
        {
            Send(state);
        }
    }

    private void Send(string state)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), _manager);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // systemd is not there, or too slow.
        }
    }
}
