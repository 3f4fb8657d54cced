using System.Net;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

public class ConnectionLimitTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public async Task MaxConnections_AllAreBusy_OneMoreIs503UntilOneCloses(string workers)
    {
        await using var server = ScriptedServer.Start(HoldAsync);
        await using var balancer = await Balancer.StartAsync(server, "--max-connections", "2", "--workers", workers);
        using var one = await balancer.ConnectAsync();
        using var two = await balancer.ConnectAsync();
        await one.SendAsync("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        await two.SendAsync("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 2, "two requests in flight");

        await AssertShedAsync(await balancer.ConnectAsync(), "too-many-connections");

        one.Dispose();
        await UntilServedAsync(balancer);
    }

    /// <summary>More connections than the limit, one after another, none of which closes: the longest idle one is closed.</summary>
    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public async Task MaxConnections_AllAreIdle_NewOnesReplaceThemAndTheBusyOneStays(string workers)
    {
        await using var server = ScriptedServer.Start(HoldAsync);
        await using var balancer = await Balancer.StartAsync(server, "--max-connections", "8", "--workers", workers);
        using var busy = await balancer.ConnectAsync();
        await busy.SendAsync("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request in flight");
        var idle = new List<RawClient>();
        for (int i = 0; i < 7; i++)
        {
            idle.Add(await balancer.ConnectAsync());
        }
        for (int i = 0; i < 7; i++)
        {
            await Deadlines.UntilAsync(() => IsServedAsync(balancer, idle), "a place");
        }
        Assert.Equal(7, (await Task.WhenAll(idle.Take(7).Select(client => client.ReadEndAsync()))).Count(end => end == End.Closed));

        await server.Connections.First().SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nheld");
        Assert.Equal("held", (await busy.ReadResponseAsync()).Text);
        idle.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task MaxConnections_ManyOverTheLimit_EachGetsAResponse()
    {
        await using var server = ScriptedServer.Start(HoldAsync);
        await using var balancer = await Balancer.StartAsync(server, "--max-connections", "1");
        using var busy = await balancer.ConnectAsync();
        await busy.SendAsync("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request in flight");
        var clients = new List<RawClient>();
        for (int i = 0; i < 200; i++)
        {
            clients.Add(await balancer.ConnectAsync());
        }
        foreach (RawClient client in clients)
        {
            Assert.Equal(503, (await client.ReadResponseAsync()).Status);
        }
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task MaxConnectionsPerClient_OneMoreOfThisClient_Is503AndOthersAreServed()
    {
        await using var server = ScriptedServer.Start(HoldAsync);
        await using var balancer = await Balancer.StartAsync(server, "--max-connections-per-client", "1", "--workers", "2");
        using var one = await balancer.ConnectAsync();
        await one.SendAsync("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request in flight");

        await AssertShedAsync(await balancer.ConnectAsync(), "too-many-connections-from-client");

        using var other = await balancer.ConnectAsync(from: IPAddress.Parse("127.0.0.2"));
        Assert.Equal(200, (await other.GetAsync()).Status);
        one.Dispose();
        await UntilServedAsync(balancer);
    }

    [Fact]
    public async Task Descriptors_SoftLimitIsLow_IsRaisedToTheHardOne()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([server.Url], [], launcher: ["/usr/bin/prlimit", "--nofile=64:4096"]);
        var clients = new List<RawClient>();
        for (int i = 0; i < 150; i++)
        {
            clients.Add(await balancer.ConnectAsync());
        }
        await Task.WhenAll(clients.Select(async client => Assert.Equal(200, (await client.GetAsync()).Status)));
        clients.ForEach(client => client.Dispose());
        string limits = await File.ReadAllTextAsync($"/proc/{balancer.ProcessId}/limits", TestContext.Current.CancellationToken);
        Assert.Matches(@"Max open files\s+4096\s+4096", limits);
    }

    /// <summary>Responds at once, except to requests for /held.</summary>
    private static async Task HoldAsync(ServerConnection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            if (!request.StartLine.Contains("/held", StringComparison.Ordinal))
            {
                await connection.RespondAsync("x");
            }
        }
    }

    private static async Task AssertShedAsync(RawClient client, string reason)
    {
        using (client)
        {
            // Rejected on accept: the response may arrive before the request is sent.
            Message response = await client.ReadResponseAsync();
            Assert.Equal(503, response.Status);
            Assert.Equal(reason, response["X-Carousel-Reason"]);
            Assert.Equal("close", response["Connection"]);
            Assert.Equal(End.Closed, await client.ReadEndAsync());
        }
    }

    private static Task UntilServedAsync(Balancer balancer) => Deadlines.UntilAsync(async () => (await balancer.GetAsync()).Status == 200, "a place");

    /// <summary>Connects one more client, which stays connected if it is served.</summary>
    private static async Task<bool> IsServedAsync(Balancer balancer, List<RawClient> clients)
    {
        RawClient client = await balancer.ConnectAsync();
        if ((await client.GetAsync()).Status == 200)
        {
            clients.Add(client);
            return true;
        }
        client.Dispose();
        return false;
    }
}
