using System.Net.Sockets;
using System.Text;
using Carousel.Core.Telemetry;
using Carousel.Platform;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Platform;

/// <summary>The messages to systemd, received by a test socket.</summary>
public sealed class SystemdNotifyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carousel-notify-");
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
    private readonly ManualTime _time = new();
    private readonly Dictionary<string, string> _environment = [];

    private string SocketPath => Path.Combine(_folder.FullName, "notify");

    public void Dispose()
    {
        _manager.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("vsock:2:1234")]
    public void Of_OtherSocket_IsNull(string? socket) => Assert.Null(SystemdNotify.Of(_ => socket, _time));

    [Fact]
    public void Ready_PathSocket_IsNotified()
    {
        using SystemdNotify notify = Listen(SocketPath);
        notify.Ready("listening on port 7777", Well);
        Assert.Equal("READY=1\nSTATUS=listening on port 7777", Received());
    }

    [Fact]
    public void Ready_AbstractSocket_IsNotified()
    {
        using SystemdNotify notify = Listen($"@carousel-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
        notify.Ready("well", Well);
        Assert.Equal("READY=1\nSTATUS=well", Received());
    }

    [Fact]
    public void Ready_NoListener_IsLost()
    {
        using SystemdNotify notify = Listen(SocketPath);
        _manager.Dispose();
        notify.Ready("well", Well);
    }

    [Fact]
    public void Reloading_Ready_SendsTheTimeThenReady()
    {
        using SystemdNotify notify = Listen(SocketPath);
        notify.Ready("well", Well);
        notify.Reloading();
        notify.Reloaded();
        Assert.Equal("READY=1\nSTATUS=well", Received());
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=[1-9]\d+$", Received());
        Assert.Equal("READY=1", Received());
    }

    [Fact]
    public void Reloaded_DuringTheStart_IsNotSent()
    {
        using SystemdNotify notify = Listen(SocketPath);
        notify.Reloading();
        notify.Reloaded();
        notify.Stopping(TimeSpan.Zero);
        Assert.StartsWith("STOPPING=1", Received());
    }

    [Fact]
    public void Stopping_AnyTime_ExtendsTheTimeoutByTheDrain()
    {
        using SystemdNotify notify = Listen(SocketPath);
        notify.Stopping(TimeSpan.FromSeconds(30));
        Assert.Equal("STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000", Received());
    }

    [Fact]
    public void Ready_WatchedAndWell_NotifiesTheWatchdog()
    {
        _environment["WATCHDOG_USEC"] = "30000000";
        using SystemdNotify notify = Listen(SocketPath);
        notify.Ready("well", Well);
        Assert.StartsWith("READY=1", Received());
        Assert.Equal([TimeSpan.Zero], _time.Waits);
        _time.Advance(TimeSpan.Zero);
        Assert.Equal("WATCHDOG=1", Received());
    }

    [Fact]
    public void Ready_WatchedAndNotWell_DoesNotNotifyTheWatchdog()
    {
        _environment["WATCHDOG_USEC"] = "30000000";
        _environment["WATCHDOG_PID"] = $"{Environment.ProcessId}";
        using SystemdNotify notify = Listen(SocketPath);
        notify.Ready("not well", () => false);
        _time.Advance(TimeSpan.Zero);
        notify.Reloaded();
        Assert.StartsWith("READY=1\nSTATUS=", Received());
        Assert.Equal("READY=1", Received());
    }

    [Fact]
    public void Stopping_Watched_EndsTheWatchdog()
    {
        _environment["WATCHDOG_USEC"] = "30000000";
        using SystemdNotify notify = Listen(SocketPath);
        notify.Ready("well", Well);
        notify.Stopping(TimeSpan.Zero);
        Assert.Empty(_time.Waits);
        notify.Ready("well", Well);
        Assert.Empty(_time.Waits);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("0", null)]
    [InlineData("soon", null)]
    [InlineData("30000000", "1")]
    public void Ready_NotWatched_StartsNoTimer(string? period, string? process)
    {
        if (period is not null)
        {
            _environment["WATCHDOG_USEC"] = period;
        }
        if (process is not null)
        {
            _environment["WATCHDOG_PID"] = process;
        }
        using SystemdNotify notify = Listen(SocketPath);
        notify.Ready("well", Well);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public void Pulse_WorkerThatIgnoresAPing_HasNotTicked()
    {
        WorkerCounters[] workers = [new(), new()];
        bool stuck = false;
        var pulse = new WorkerPulse(workers, () =>
        {
            workers[0].EndTick(1);
            workers[1].Ticks += stuck ? 0 : 1;
        });
        Assert.True(pulse.AllTicked());
        Assert.True(pulse.AllTicked());
        stuck = true;
        Assert.True(pulse.AllTicked());
        Assert.False(pulse.AllTicked());
        stuck = false;
        Assert.False(pulse.AllTicked());
        Assert.True(pulse.AllTicked());
    }

    private static bool Well() => true;

    private SystemdNotify Listen(string socket)
    {
        _manager.Bind(new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket));
        _environment["NOTIFY_SOCKET"] = socket;
        return SystemdNotify.Of(_environment.GetValueOrDefault, _time)!;
    }

    private string Received()
    {
        byte[] state = new byte[4096];
        return Encoding.UTF8.GetString(state, 0, _manager.Receive(state));
    }
}
