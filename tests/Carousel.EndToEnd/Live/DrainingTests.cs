using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Health;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Live;

/// <summary>A server whose line is deleted from servers.txt.</summary>
public class DrainingTests
{
    [Fact]
    public async Task Deleted_LongResponseInFlight_CompletesThenTheServerIsRemoved()
    {
        var release = new TaskCompletionSource();
        await using var one = Slow("one", release);
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one, two);
        using RawClient client = await BeginAsync(balancer);

        balancer.File.Write(two.Url);
        await balancer.UntilLoggedAsync($"servers.txt: draining {one.Url}");
        Assert.Equal(["two", "two", "two"], await balancer.RequestAsync(3));
        Assert.DoesNotContain($"{one.Url} removed", balancer.Errors);
        release.SetResult();
        Assert.Equal("later", await client.ReadTextAsync(5));
        await balancer.UntilLoggedAsync($"server {one.Url} removed\n");
        await Deadlines.UntilAsync(() => one.OpenConnections == 0, "its connections to be closed");
        Assert.Equal(["two", "two"], await balancer.RequestAsync(2));
    }

    [Fact]
    public async Task Deleted_ResponseOutlastsTheDrainTimeout_IsCut()
    {
        await using var one = Slow("one", new TaskCompletionSource());
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync([one, two], "--drain-timeout", "300ms");
        using RawClient client = await BeginAsync(balancer);

        balancer.File.Write(two.Url);
        await balancer.UntilLoggedAsync($"server {one.Url} removed: 1 request in flight was cut");
        Assert.Equal(End.Closed, await client.ReadEndAsync());
        await balancer.UntilLoggedAsync("error server-gone: ");
        Assert.Equal(["two", "two"], await balancer.RequestAsync(2));
    }

    [Fact]
    public async Task Deleted_AddedAgainInTime_GetsNewRequests()
    {
        var release = new TaskCompletionSource();
        await using var one = Slow("one", release);
        await using var two = ScriptedServer.Responding("two");
        await using var balancer = await Balancer.StartAsync(one, two);
        using RawClient client = await BeginAsync(balancer);
        balancer.File.Write(two.Url);
        await balancer.UntilLoggedAsync($"servers.txt: draining {one.Url}");
        balancer.File.Write(one.Url, two.Url);
        await balancer.UntilLoggedAsync($"servers.txt: restored {one.Url}");
        release.SetResult();
        Assert.Equal("later", await client.ReadTextAsync(5));
        await balancer.UntilRotationAsync("firstlater", "two");
        Assert.DoesNotContain($"{one.Url} removed", balancer.Errors);
    }

    [Fact]
    public async Task Deleted_Sticky_SessionsStayUntilItIsRemovedAndNewOnesGoElsewhere()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], "--session", "sticky", "--drain-timeout", "6s");
        using var sessionClient = new SessionClient(balancer);
        Assert.Equal("one", Echo.Name(await sessionClient.GetAsync()));

        balancer.File.Write(two.Url);
        await balancer.UntilLoggedAsync($"servers.txt: draining {one.Url}");
        Message last = await sessionClient.GetAsync();
        Assert.Equal(("one", "-"), (Echo.Name(last), Echo.Moved(last)));
        using var other = new SessionClient(balancer);
        Assert.Equal("two", Echo.Name(await other.GetAsync()));

        await balancer.UntilLoggedAsync($"server {one.Url} removed\n");
        await Deadlines.UntilAsync(() => one.OpenConnections == 0, "its connections to be closed");
        Message moved = await sessionClient.GetAsync();
        Assert.Equal(("two", "server-gone"), (Echo.Name(moved), Echo.Moved(moved)));
        Assert.Equal(2, sessionClient.Given);
    }

    /// <summary>All servers are replaced: the draining ones serve until a new one is up.</summary>
    [Fact]
    public async Task Deleted_AllServers_ServeUntilANewOneIsUp()
    {
        await using var one = ScriptedServer.Responding("one");
        int port = FixedPort.Next();
        await using var balancer = await Probed.StartAsync(one.Url);
        await balancer.UntilRotationAsync("one");
        balancer.File.Write($"http://127.0.0.1:{port}");
        await balancer.UntilServerLoggedAsync($"http://127.0.0.1:{port}", "is down: connect-refused");
        Assert.Equal(["one", "one"], await balancer.RequestAsync(2));
        await using var two = ScriptedServer.Responding("two", port: port);
        await balancer.UntilRotationAsync("two");
        await balancer.UntilLoggedAsync($"server {one.Url} removed\n");
    }

    /// <summary>Sends the start of a response, and the rest when told to.</summary>
    private static ScriptedServer Slow(string name, TaskCompletionSource release) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
            await release.Task;
            await connection.SendAsync("later");
        }
    });

    /// <summary>A client that has received the start of a response from the first server.</summary>
    private static async Task<RawClient> BeginAsync(Balancer balancer)
    {
        RawClient client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        Assert.Equal("first", await client.ReadTextAsync(5));
        return client;
    }
}
