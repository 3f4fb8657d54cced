using System.Net;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

public class ConnectionLimitTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public async Task MaxConnections_OneMore_Is503UntilOneLeaves(string workers)
    {
        await using var server = ScriptedServer.Answering("x");
        await using var balancer = await Balancer.StartAsync(server, "--max-connections", "2", "--workers", workers);
        using var one = await balancer.ConnectAsync();
        using var two = await balancer.ConnectAsync();
        Assert.Equal(200, (await one.GetAsync()).Status);
        Assert.Equal(200, (await two.GetAsync()).Status);

        await AssertShedAsync(await balancer.ConnectAsync(), "too-many-connections");

        Assert.Equal(200, (await one.GetAsync()).Status);
        one.Dispose();
        await UntilServedAsync(balancer);
        Assert.Equal(200, (await two.GetAsync()).Status);
    }

    [Fact]
    public async Task MaxConnectionsPerClient_OneMoreOfThisClient_Is503AndOthersAreServed()
    {
        await using var server = ScriptedServer.Answering("x");
        await using var balancer = await Balancer.StartAsync(server, "--max-connections-per-client", "1", "--workers", "2");
        using var one = await balancer.ConnectAsync();
        Assert.Equal(200, (await one.GetAsync()).Status);

        await AssertShedAsync(await balancer.ConnectAsync(), "too-many-connections-from-client");

        using var other = await balancer.ConnectAsync(from: IPAddress.Parse("127.0.0.2"));
        Assert.Equal(200, (await other.GetAsync()).Status);
        one.Dispose();
        await UntilServedAsync(balancer);
    }

    [Fact]
    public async Task Descriptors_SoftLimitIsLow_IsRaisedToTheHardOne()
    {
        await using var server = ScriptedServer.Answering("x");
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

    private static async Task AssertShedAsync(RawClient client, string reason)
    {
        using (client)
        {
            // Shed at the door: the answer may come before the request does.
            Message answer = await client.ReadAnswerAsync();
            Assert.Equal(503, answer.Status);
            Assert.Equal(reason, answer["X-Carousel-Reason"]);
            Assert.Equal("close", answer["Connection"]);
            Assert.Equal(End.Closed, await client.ReadEndAsync());
        }
    }

    private static async Task UntilServedAsync(Balancer balancer)
    {
        int status = 0;
        for (int i = 0; i < 1000 && status != 200; i++)
        {
            status = (await balancer.GetAsync()).Status;
        }
        Assert.Equal(200, status);
    }
}
