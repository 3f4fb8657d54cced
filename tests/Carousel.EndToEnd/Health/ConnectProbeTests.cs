using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Health;

/// <summary>Probes that only connect.</summary>
public class ConnectProbeTests
{
    private const int Clients = 8;

    [Fact]
    public async Task OneOfThreeNginx_KilledAndRestartedUnderLoad_NoGetFailsAndItRejoinsTheRotation()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var three = await Nginx.StartAsync("three");
        await using var balancer = await Probed.StartAsync(one.Url, two.Url, three.Url);
        await balancer.UntilRotationAsync("one", "two", "three");
        using var load = new Load(balancer, Clients);
        await load.UntilAsync(() => load.Responds("two") > 300, "load");
        await two.KillAsync();
        await balancer.UntilServerLoggedAsync(two.Url, "is down: connect-refused (3 probes)");
        // Failures of requests in flight are logged within two seconds; after that no request is sent there.
        long errors = await Deadlines.UntilQuietAsync(() => Failures(balancer), TimeSpan.FromSeconds(2));
        int atDown = load.Responds("one");
        await load.UntilAsync(() => load.Responds("one") > atDown + 1000, "load while one server is down");
        Assert.Equal(errors, Failures(balancer));

        int beforeReturn = load.Responds("two");
        await two.StartAsync();
        await load.UntilAsync(() => load.Responds("two") > beforeReturn + 200, "the restarted server to be used");
        await load.EndAsync();
        await balancer.UntilServerLoggedAsync(two.Url, "is up again after ");
        await balancer.UntilRotationAsync("one", "two", "three");
    }

    [Fact]
    public async Task Server_DownAtStart_IsUsedWhenItStarts()
    {
        int port = FixedPort.Next();
        await using var one = ScriptedServer.Responding("one");
        await using var balancer = await Probed.StartAsync(one.Url, $"http://127.0.0.1:{port} name=late");
        await balancer.UntilServerLoggedAsync($"http://127.0.0.1:{port} (late)", "is down: connect-refused (3 probes)");
        Assert.All(await balancer.RequestAsync(4), response => Assert.Equal("one", response));
        Assert.DoesNotContain("error", balancer.Errors);

        await using var late = ScriptedServer.Responding("late", port: port);
        await balancer.UntilRotationAsync("one", "late");
        await balancer.UntilServerLoggedAsync($"http://127.0.0.1:{port} (late)", "is up after ");
    }

    [Fact]
    public async Task Server_AcceptsNoConnection_NoRequestWaitsForIt()
    {
        await using var silent = await SilentPort.CreateAsync();
        await using var one = ScriptedServer.Responding("one");
        await using var balancer = await Balancer.StartAsync([silent.Url, one.Url], [.. Probed.Options, "--health-timeout", "100ms"]);
        Assert.All(await balancer.RequestAsync(6), response => Assert.Equal("one", response));
        await balancer.UntilServerLoggedAsync(silent.Url, "is down: connect-timeout (3 probes)");
        Assert.DoesNotContain("error", balancer.Errors);
    }

    [Fact]
    public async Task AllServers_Down_StartsAndResponds503UntilOneIsUp()
    {
        int port = FixedPort.Next();
        await using var silent = await SilentPort.CreateAsync();
        await using var balancer = await Probed.StartAsync(silent.Url, $"http://127.0.0.1:{port}");
        Assert.All(await balancer.RequestAsync(3), response => Assert.Equal("503 no-server", response));
        await using var late = ScriptedServer.Responding("late", port: port);
        await balancer.UntilRotationAsync("late");
    }

    [Fact]
    public async Task ServerByName_StopsAndRestarts_IsFollowedAndUnresolvableStaysOut()
    {
        int port = FixedPort.Next();
        await using var one = ScriptedServer.Responding("one");
        var two = ScriptedServer.Responding("two", port: port);
        await using var balancer = await Probed.StartAsync(one.Url, $"http://localhost:{port}", "http://no-such-host.invalid:80");
        await balancer.UntilRotationAsync("one", "two");
        await two.DisposeAsync();
        await balancer.UntilServerLoggedAsync($"http://localhost:{port}", "is down: connect-refused (3 probes)");
        await balancer.UntilRotationAsync("one");
        await using var back = ScriptedServer.Responding("two again", port: port);
        await balancer.UntilRotationAsync("one", "two again");
    }

    [Fact]
    public async Task Servers_ThreeHundred_AllJoinTheRotation()
    {
        ScriptedServer[] servers = [.. Enumerable.Range(0, 300).Select(i => ScriptedServer.Responding($"{i}"))];
        await using (var balancer = await Balancer.StartAsync(servers, "--health", "on"))
        {
            await Deadlines.UntilAsync(async () => (await balancer.RequestAsync(300)).Distinct().Count() == 300, "all servers to respond in one rotation");
            Assert.Empty(balancer.Errors);
        }
        await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
    }

    /// <summary>The log lines of failed requests.</summary>
    private static int Failures(Balancer balancer) => balancer.Errors.Split('\n').Count(line => line.Contains(" error "));
}
