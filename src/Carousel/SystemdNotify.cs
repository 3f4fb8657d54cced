using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Carousel.Control.Supervision;

namespace Carousel;

/// <summary>
/// Tells systemd how we are, as sd_notify(3) says: ready, reading servers.txt again, leaving; and that the workers turn, where it watches. Any thread. What
/// systemd does not take is lost: traffic does not depend on it.
/// </summary>
internal sealed class SystemdNotify : IDisposable
{
    /// <summary>It takes datagrams at once, unless it is in trouble itself.</summary>
    private const int SendTimeoutMs = 1000;

    private const long MicrosASecond = 1_000_000;

    /// <summary>Beyond the drain's own limit: the store is told what is left.</summary>
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(10);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = SendTimeoutMs };
    private readonly UnixDomainSocketEndPoint _manager;
    private readonly TimeSpan? _watchdog;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _leaving;
    private volatile bool _ready;

    private SystemdNotify(UnixDomainSocketEndPoint manager, TimeSpan? watchdog, TimeProvider time) => (_manager, _watchdog, _time) = (manager, watchdog, time);

    /// <summary>Null if it was not systemd that started us, or not as a service that tells.</summary>
    /// <param name="environment">A variable's value, or null.</param>
    /// <param name="time">The clock of the watchdog.</param>
    public static SystemdNotify? Of(Func<string, string?> environment, TimeProvider time)
    {
        // A path, or '@' and a name that is in no file system.
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

    /// <summary>Connections are taken; and from now on, where systemd watches, it is told twice in each of its periods that we are well, as long as we are.</summary>
    /// <param name="status">For people: systemctl status shows it.</param>
    /// <param name="isWell">Asked before each time, by a thread of the runtime's pool.</param>
    public void Ready(string status, Func<bool> isWell)
    {
        Send($"READY=1\nSTATUS={status}");
        _ready = true;
        lock (_gate)
        {
            if (_watchdog is { } period && !_leaving)
            {
                _timer = Supervisor.OfProcess.StartTimer("watchdog", () => Pet(isWell), _time, TimeSpan.Zero, period / 2);
            }
        }
    }

    /// <summary>servers.txt is being read again; <see cref="Reloaded"/> has to follow.</summary>
    public void Reloading() => SendIfReady($"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / MicrosASecond)}");

    /// <summary>servers.txt was read, whatever came of it.</summary>
    public void Reloaded() => SendIfReady("READY=1");

    /// <summary>We leave, within this time or a little more. From now on systemd does not watch.</summary>
    public void Leaving(TimeSpan within)
    {
        lock (_gate)
        {
            _leaving = true;
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

    /// <summary>During the start nobody is to be told that it is over.</summary>
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
            // Nobody there any more, or not fast enough.
        }
    }
}
