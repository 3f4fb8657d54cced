using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Live;
using Xunit;

namespace Carousel.EndToEnd.Shutdown;

/// <summary>Started with ignored signals, as by nohup or as a script's background job: docs/decisions/0024-inherited-signals.md.</summary>
public class IgnoredSignalTests
{
    [Fact]
    public async Task Signals_IgnoredAtTheStart_AreHandled()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await StartAsync(one);

        // SIGINT first: its effect is complete when the next signal's is.
        balancer.Signal(Posix.SigInt);
        balancer.File.Write(one.Url, two.Url);
        balancer.Signal(Posix.SigHup);
        await balancer.UntilLoggedAsync($"servers.txt: added {two.Url}");
        Assert.Equal(200, (await balancer.GetAsync()).Status);

        Assert.Equal(0, await balancer.StopAsync());
    }

    [Fact]
    public async Task Sigusr1_IgnoredAtTheStart_ReopensTheAccessLog()
    {
        await using var server = ScriptedServer.Responding("x");
        using var folder = new ServersFile(server.Url);
        string log = Path.Combine(folder.Directory, "access.log");
        await using var balancer = await StartAsync(server, "--access-log", log);
        await Deadlines.UntilAsync(() => File.Exists(log), "the log");
        File.Move(log, log + ".1");

        balancer.Signal(Posix.SigUsr1);
        // The file is created with the next log line.
        await Deadlines.UntilAsync(async () => { await balancer.GetAsync(); return File.Exists(log); }, "the log file to be created again");
    }

    private static Task<Balancer> StartAsync(ScriptedServer server, params string[] options) => Balancer.StartAsync(
        [server.Url], ["--watch", "off", .. options], launcher: ["/bin/sh", "-c", "trap '' HUP INT TERM USR1; exec \"$@\"", "sh"]);
}
