using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Streaming;

/// <summary>Clients that disconnect midway: the server's connection must be closed at once, not after a timeout of minutes.</summary>
public class DisconnectingClientTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_DisconnectsWhileWaiting_ServerIsClosed(bool reset)
    {
        // A FIN counts as a disconnect, as in nginx: it cannot be told from a half-close.
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.DrainAsync();
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request");
        Leave(client, reset);
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
    }

    [Theory]
    [InlineData(true, "Content-Length: 1000000\r\n\r\nabc")]
    [InlineData(false, "Content-Length: 1000000\r\n\r\nabc")]
    [InlineData(true, "Transfer-Encoding: chunked\r\n\r\n5\r\nab")]
    [InlineData(false, "Transfer-Encoding: chunked\r\n\r\n5\r\nab")]
    public async Task Client_DisconnectsWhileSending_ServerIsClosedWithoutCleanEnd(bool reset, string rest)
    {
        string got = "";
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.ReadEachAsync(run => got += System.Text.Encoding.Latin1.GetString(run));
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\n" + rest);
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request");
        Leave(client, reset);
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
        Assert.DoesNotContain("0\r\n\r\n", got);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_DisconnectsWhileReceiving_ServerIsClosed(bool reset)
    {
        byte[] block = Payload.Bytes(Payload.Megabyte);
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            for (int i = 0; i < 900; i++)
            {
                await connection.SendAsync(block);
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadExactAsync(Payload.Megabyte);
        Leave(client, reset);
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
        Assert.True(server.Connections.First().BytesSent < 100 * Payload.Megabyte);
    }

    [Fact]
    public async Task Client_DisconnectsMidwayManyTimes_BalancerStillServes()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.Target == "/stay")
                {
                    await connection.RespondAsync("x");
                }
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        for (int i = 0; i < 50; i++)
        {
            using var client = await balancer.ConnectAsync();
            await client.SendAsync(i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n\r\n" : "GET / HT");
            Leave(client, reset: i % 3 == 0);
        }
        Assert.Equal("x", (await balancer.GetAsync("/stay")).Text);
        await Deadlines.UntilAsync(() => server.OpenConnections <= 1, "all but the reusable connection to be closed");
    }

    private static void Leave(RawClient client, bool reset)
    {
        if (reset)
        {
            client.Reset();
        }
        else
        {
            client.Dispose();
        }
    }
}
