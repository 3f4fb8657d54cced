using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Retry;

/// <summary>Real servers under load, one of which is killed and restarted.</summary>
public class KilledServerTests
{
    private const int Clients = 8;

    [Fact]
    public async Task OneOfThreeNginx_KilledAndRestartedUnderLoad_NoGetFails()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");
        await using var three = await Nginx.StartAsync("three");
        await using var balancer = await Balancer.StartAsync([one.Url, two.Url, three.Url], ["--workers", "1"]);
        using var load = new Load(balancer, Clients);
        await load.UntilAsync(() => load.Responds("two") > 300, "load");
        await two.KillAsync();
        int atKill = load.Responds("one");
        await load.UntilAsync(() => load.Responds("one") > atKill + 500, "load while one server is down");
        int beforeReturn = load.Responds("two");
        await two.StartAsync();
        await load.UntilAsync(() => load.Responds("two") > beforeReturn + 200, "the restarted server to be used");
        await load.EndAsync();
        Assert.Contains($" warn server {two.Url} is ejected for 1s: ", balancer.Errors);
        Assert.Contains($" info server {two.Url} is back", balancer.Errors);
    }

    [Fact]
    public async Task Server_CrashesWithManyGetsInFlight_AllAreServedByTheOthers()
    {
        const int clients = 200;
        var gate = new TaskCompletionSource();
        ScriptedServer[] servers = [.. Enumerable.Range(0, 3).Select(_ => Gated(gate.Task))];
        await using (var balancer = await Balancer.StartAsync([.. servers.Select(server => server.Url)], ["--workers", "2"]))
        {
            Task<Message>[] responses = [.. Enumerable.Range(0, clients).Select(_ => balancer.GetAsync())];
            await Deadlines.UntilAsync(() => servers.Sum(server => server.Requests.Count) == clients, "all requests to be in flight");
            servers[1].Crash();
            await Deadlines.UntilAsync(() => servers[0].Requests.Count + servers[2].Requests.Count == clients, "the others to get the requests");
            gate.SetResult();
            Assert.All(await Task.WhenAll(responses), response => Assert.Equal(200, response.Status));
        }
        await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
    }

    /// <summary>
    /// Each POST has its own number, and servers crash with some in flight. Every POST gets a response, and no two servers receive the same one.
    /// </summary>
    [Fact]
    public async Task Servers_CrashWithPostsInFlight_NoneIsExecutedTwice()
    {
        const int clients = 60;
        var gate = new TaskCompletionSource();
        ScriptedServer[] servers = [.. Enumerable.Range(0, 3).Select(_ => Gated(gate.Task))];
        await using (var balancer = await Balancer.StartAsync([.. servers.Select(server => server.Url)], []))
        {
            Task<Message>[] responses = [.. Enumerable.Range(0, clients).Select(
                i => balancer.RequestAsync($"POST /{i} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"))];
            await Deadlines.UntilAsync(() => servers.Sum(server => server.Requests.Count) == clients, "all requests to be in flight");
            int lost = servers[1].Requests.Count;
            servers[1].Crash();
            gate.SetResult();
            Message[] all = await Task.WhenAll(responses);
            Assert.Equal(lost, all.Count(response => response.Status == 502 && response["X-Carousel-Reason"] == "server-closed"));
            Assert.Equal(clients - lost, all.Count(response => response.Status == 200));
            Assert.Equal(clients, servers.SelectMany(server => server.Requests).Select(request => request.Target).Distinct().Count());
            Assert.Equal(clients, servers.Sum(server => server.Requests.Count));
        }
        await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Nginx_BehindABalancerJustStarted_ServesTheFirstRequest()
    {
        await using var nginx = await Nginx.StartAsync("real");
        await using var balancer = await Balancer.StartAsync([nginx.Url], []);
        Message response = await balancer.GetAsync();
        Assert.Equal(200, response.Status);
        Assert.Equal("real", response.Text);
    }

    [Fact]
    public async Task HttpClient_ThroughBalancerToNginx_IsServed()
    {
        await using var nginx = await Nginx.StartAsync("real");
        await using var balancer = await Balancer.StartAsync([nginx.Url], []);
        using var client = new HttpClient { BaseAddress = balancer.Url };
        string[] responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetStringAsync("/", TestContext.Current.CancellationToken)));
        Assert.All(responses, response => Assert.Equal("real", response));
    }

    /// <summary>Does not respond before the gate opens.</summary>
    private static ScriptedServer Gated(Task gate) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await gate;
            await connection.RespondAsync("x");
        }
    });
}
