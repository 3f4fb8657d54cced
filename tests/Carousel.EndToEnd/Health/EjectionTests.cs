using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Health;

/// <summary>Ejection of servers by the results of requests, with and without probes.</summary>
public class EjectionTests
{
    private const int Clients = 8;

    /// <summary>
    /// A stopped process accepts connections and does not respond. Its health check fails, so requests are retried before the response timeout.
    /// </summary>
    [Fact]
    public async Task OneOfThreeNginx_StoppedAndContinuedUnderLoad_NoGetFails()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var three = await Nginx.StartAsync("three");
        string[] options = [.. Probed.Options, "--health-path", "/healthz", "--health-timeout", "300ms", "--answer-timeout", "1h"];
        await using var balancer = await Balancer.StartAsync([one.Url, two.Url, three.Url], options);
        await balancer.UntilRotationAsync("one", "two", "three");

        using var load = new Load(balancer, Clients);
        await load.UntilAsync(() => load.Responds("two") > 300, "load");
        two.Signal(Posix.SigStop);
        await balancer.UntilServerLoggedAsync(two.Url, "is down: answer-timeout (3 probes)");
        // Requests that waited there were served by another server: all clients continue.
        int atDown = load.Responds("one") + load.Responds("three");
        await load.UntilAsync(() => load.Responds("one") + load.Responds("three") > atDown + 1000, "load while one server is stopped");
        Assert.DoesNotContain("is up again", balancer.Errors);

        two.Signal(Posix.SigCont);
        int beforeReturn = load.Responds("two");
        await load.UntilAsync(() => load.Responds("two") > beforeReturn + 200, "the continued server to be used");
        await load.EndAsync();
    }

    /// <summary>
    /// Without a health check a stopped server cannot be told from a busy one: its requests in flight wait and are not retried, and new requests go to others
    /// (docs/decisions/0021-slow-is-not-dead.md).
    /// </summary>
    [Fact]
    public async Task OneOfThreeNginx_StoppedWithoutAHealthPath_IsAvoidedAndNeverDown()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var three = await Nginx.StartAsync("three");
        string[] options = [.. Probed.Options, "--health-timeout", "300ms", "--answer-timeout", "1h", "--admin", "127.0.0.1:0"];
        await using var balancer = await Balancer.StartAsync([one.Url, two.Url + " name=two", three.Url], options);
        await balancer.UntilRotationAsync("one", "two", "three");

        using var load = new Load(balancer, Clients);
        await load.UntilAsync(() => load.Responds("two") > 300, "load");
        two.Signal(Posix.SigStop);
        await Deadlines.UntilAsync(async () => (await Run.OfBalancerAsync(balancer, "status")).Output.Split('\n').Any(line => line.StartsWith("two") && line.Contains("suspect")), "a suspect");
        Assert.All(await balancer.RequestAsync(100), response => Assert.NotEqual("two", response));

        two.Signal(Posix.SigCont);
        int beforeReturn = load.Responds("two");
        await load.UntilAsync(() => load.Responds("two") > beforeReturn + 200, "the continued server to be used");
        await load.EndAsync();
        Assert.DoesNotContain("is down", balancer.Errors);
    }

    [Theory]
    [InlineData("503")]
    [InlineData("500", "--eject-status", "500-599")]
    public async Task Server_RespondsWithErrorsOnly_IsEjected(string status, params string[] options)
    {
        await using var bad = ScriptedServer.Responding(_ => $"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
        await using var one = ScriptedServer.Responding("one");
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync([bad, one, two], ["--eject-time", "1h", .. options]);
        await balancer.RequestAsync(80);
        await balancer.UntilServerLoggedAsync(bad.Url, $"is ejected for 1h: status {status} (20 of 20 requests failed)");
        Assert.Equal(20, bad.Requests.Count);
        Assert.All(await balancer.RequestAsync(10), response => Assert.Contains(response, (string[])["one", "two"]));
    }

    [Fact]
    public async Task Server_RefusesThreeTimes_IsEjectedAndReturnsAfterATrial()
    {
        int port = FixedPort.Next();
        await using var one = ScriptedServer.Responding("one");
        await using var balancer = await Balancer.StartAsync([one.Url, $"http://127.0.0.1:{port}"], ["--eject-time", "50ms"]);
        Assert.All(await balancer.RequestAsync(10), response => Assert.Equal("one", response));
        await balancer.UntilServerLoggedAsync($"http://127.0.0.1:{port}", "is ejected for 50ms: connect-refused x3");
        await using var late = ScriptedServer.Responding("late", port: port);
        await balancer.UntilRotationAsync("one", "late");
        await balancer.UntilServerLoggedAsync($"http://127.0.0.1:{port}", "is back: its trial succeeded");
    }

    [Fact]
    public async Task AllServers_OnlyProbesFail_PanicModeServes()
    {
        await using var server = ScriptedServer.Responding(
            request => request.Target == "/healthz" ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync([server], [.. Probed.ByPath, "--panic"]);
        await balancer.UntilServerLoggedAsync(server.Url, "is down: status 500 (3 probes)");
        Assert.All(await balancer.RequestAsync(3), response => Assert.Equal("x", response));
    }
}
