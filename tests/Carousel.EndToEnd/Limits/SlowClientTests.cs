using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

/// <summary>Slow clients in front of servers with few slots.</summary>
public class SlowClientTests
{
    [Fact]
    public async Task SlowSenders_MoreThanSlots_OthersAreServedMeanwhileAndTheyAfterwards()
    {
        ScriptedServer[] servers = [.. Enumerable.Range(0, 4).Select(_ => ScriptedServer.Responding("x"))];
        await using var balancer = await Balancer.StartAsync([.. servers.Select(server => $"{server.Url} max=5")], ["--queue", "0", "--min-rate", "0"]);
        RawClient[] slow = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => balancer.ConnectAsync()));
        foreach (RawClient client in slow)
        {
            await client.SendAsync("POST /slow HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nx");
        }
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(200, (await balancer.GetAsync()).Status);
        }
        Assert.DoesNotContain(servers.SelectMany(server => server.Requests), request => request.Target == "/slow");
        foreach (RawClient client in slow)
        {
            await client.SendAsync("the rest.");
            Assert.Equal(200, (await client.ReadResponseAsync("POST")).Status);
            client.Dispose();
        }
        foreach (ScriptedServer server in servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task SlowReader_OfALongResponse_IsCutAndTheQueuedIsServed()
    {
        const int longBody = 64 << 20;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await connection.RespondAsync(new string('x', request.Target == "/long" ? longBody : 1));
            }
        });
        await using var balancer = await Balancer.StartAsync([$"{server.Url} max=1"], ["--queue-timeout", "1m", "--log-clients"]);
        using RawClient slow = await balancer.ConnectAsync(receiveBuffer: 4096);
        await slow.SendAsync("GET /long HTTP/1.1\r\nHost: test\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the slow reader's request to reach the server");
        Assert.Equal(200, (await balancer.GetAsync()).Status);
        await Deadlines.UntilAsync(() => balancer.Errors.Contains("client-too-slow: "), "the log line");
    }
}
