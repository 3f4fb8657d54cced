using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Systemd;

/// <summary>Notifications of the running binary to systemd.</summary>
public class NotifyTests
{
    [Fact]
    public async Task Service_FromStartToExit_NotifiesItsState()
    {
        using var systemd = new NotifySocket();
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([server.Url], [], systemd.Launcher());
        Assert.Equal($"READY=1\nSTATUS=listening on port {balancer.Port}", await systemd.NextAsync());

        balancer.Signal(Posix.SigHup);
        Assert.StartsWith("RELOADING=1\nMONOTONIC_USEC=", await systemd.NextAsync());
        Assert.Equal("READY=1", await systemd.NextAsync());

        balancer.Signal(Posix.SigTerm);
        Assert.Equal("STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000", await systemd.NextAsync());
        Assert.Equal(0, await balancer.ExitAsync());
    }

    [Fact]
    public async Task Service_WithWatchdog_SendsKeepalivesWhileIdle()
    {
        using var systemd = new NotifySocket();
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([server.Url], ["--workers", "2"], systemd.Launcher(watchdogMicros: "200000"));
        Assert.StartsWith("READY=1", await systemd.NextAsync());
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("WATCHDOG=1", await systemd.NextAsync());
        }
    }
}
