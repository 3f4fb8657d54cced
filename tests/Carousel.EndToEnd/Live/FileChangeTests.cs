using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Health;
using Xunit;

namespace Carousel.EndToEnd.Live;

/// <summary>Changes of servers.txt while the balancer runs.</summary>
public class FileChangeTests
{
    public enum Way
    {
        Write,
        Replace,
        Exchange,
    }

    [Theory]
    [InlineData(Way.Write)]
    [InlineData(Way.Replace)]
    [InlineData(Way.Exchange)]
    public async Task NewLine_WrittenInAnyWay_IsProbedAndUsed(Way way)
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var three = ScriptedServer.Responding("three");
        await using var balancer = await Probed.StartAsync(one.Url, two.Url);
        await balancer.UntilRotationAsync("one", "two");
        Action<string[]> write = way switch
        {
            Way.Write => balancer.File.Write,
            Way.Replace => balancer.File.Replace,
            _ => balancer.File.Exchange,
        };
        write([one.Url, three.Url, two.Url]);
        await balancer.UntilLoggedAsync($"servers.txt: added {three.Url}");
        await balancer.UntilRotationAsync("one", "three", "two");
        // Once more: the replaced file is still watched.
        write([one.Url, three.Url]);
        await balancer.UntilLoggedAsync($"servers.txt: draining {two.Url}");
        await balancer.UntilRotationAsync("one", "three");
    }

    [Fact]
    public async Task NewLine_NothingListens_FailsNoRequest()
    {
        await using var one = ScriptedServer.Responding("one");
        int port = FixedPort.Next();
        await using var balancer = await Probed.StartAsync(one.Url);
        await balancer.UntilRotationAsync("one");
        balancer.File.Write(one.Url, $"http://127.0.0.1:{port}");
        await balancer.UntilServerLoggedAsync($"http://127.0.0.1:{port}", "is down: connect-refused");
        Assert.Equal(["one", "one", "one", "one"], await balancer.RequestAsync(4));
        Assert.DoesNotContain("error", balancer.Errors);
    }

    [Fact]
    public async Task Option_Changes_ConnectionsStayOpen()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one, two);
        Assert.Equal(["one", "two"], await balancer.RequestAsync(2));
        balancer.File.Write(one.Url, $"{two.Url} weight=3 name=blue");
        await balancer.UntilLoggedAsync($"servers.txt: changed {two.Url} (blue) (weight 1 -> 3, name ");
        Assert.Equal(["one", "two"], (await balancer.RequestAsync(4)).Distinct().Order());
        Assert.Equal((1, 1), (one.Connections.Count, two.Connections.Count));
    }

    [Fact]
    public async Task DrainOption_OnALine_TakesNoNewRequestsUntilRemoved()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one, two);
        balancer.File.Write(one.Url, $"{two.Url} drain");
        await balancer.UntilLoggedAsync($"servers.txt: changed {two.Url} (drain)");
        await balancer.UntilRotationAsync("one");
        balancer.File.Write(one.Url, two.Url);
        await balancer.UntilRotationAsync("one", "two");
    }

    [Fact]
    public async Task File_WithErrors_ChangesNothingAndEachIsReported()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var balancer = await Balancer.StartAsync(one);
        balancer.File.Write("http://127.0.0.1:80800", one.Url, "localhost:1 wieght=3");
        await balancer.UntilLoggedAsync($"{balancer.File.Path} can't be used: the last good list stays in use");
        Assert.Contains($"error {balancer.File.Path}:1:18: expected a port between 1 and 65535, found \"80800\"", balancer.Errors);
        Assert.Contains($"error {balancer.File.Path}:3:13: unknown option \"wieght\": did you mean \"weight\"?", balancer.Errors);
        Assert.Equal(["one", "one"], await balancer.RequestAsync(2));
        await using var two = ScriptedServer.Responding("two");
        balancer.File.Write(one.Url, two.Url);
        await balancer.UntilRotationAsync("one", "two");
    }

    [Fact]
    public async Task Sighup_NotWatching_ReadsTheFileAndLogsTheResult()
    {
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one, "--watch", "off");
        balancer.Signal(Posix.SigHup);
        await balancer.UntilLoggedAsync("servers.txt: no changes");
        balancer.File.Write(one.Url, two.Url);
        balancer.Signal(Posix.SigHup);
        await balancer.UntilLoggedAsync($"servers.txt: added {two.Url}");
        await balancer.UntilRotationAsync("one", "two");
    }
}
