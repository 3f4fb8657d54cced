using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Balancing;

public class RoundRobinTests
{
    [Fact]
    public async Task Requests_OneConnectionThreeServers_AreDistributedInOrder()
    {
        await using var one = ScriptedServer.Responding("1");
        await using var two = ScriptedServer.Responding("2");
        await using var three = ScriptedServer.Responding("3");
        await using var balancer = await Balancer.StartAsync(one, two, three);
        using var client = await balancer.ConnectAsync();

        string rounds = "";
        for (int i = 0; i < 9; i++)
        {
            rounds += (await client.GetAsync()).Text;
        }

        Assert.Equal(9, rounds.Length);
        Assert.Contains(rounds[..3], (string[])["123", "231", "312"]);
        Assert.Equal(string.Concat(Enumerable.Repeat(rounds[..3], 3)), rounds);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4")]
    public async Task Requests_ManyConnectionsAtOnce_AreDistributedEvenly(string workers)
    {
        const int clients = 12;
        const int each = 25;
        await using var one = ScriptedServer.Responding("1");
        await using var two = ScriptedServer.Responding("2");
        await using var three = ScriptedServer.Responding("3");
        await using var balancer = await Balancer.StartAsync([one, two, three], "--workers", workers);

        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            using var client = await balancer.ConnectAsync();
            for (int i = 0; i < each; i++)
            {
                Assert.Equal(200, (await client.GetAsync()).Status);
            }
        }));

        Assert.All((ScriptedServer[])[one, two, three], server => Assert.Equal(clients * each / 3, server.Requests.Count));
    }

    [Fact]
    public async Task Requests_OneServer_AllGoThere()
    {
        await using var server = ScriptedServer.Responding("only");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("only", (await client.GetAsync()).Text);
        }
    }

    [Fact]
    public async Task Requests_ServerWithIPv6Address_IsReached()
    {
        await using var server = ScriptedServer.Responding("six", System.Net.IPAddress.IPv6Loopback);
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal("six", (await balancer.GetAsync()).Text);
    }
}
