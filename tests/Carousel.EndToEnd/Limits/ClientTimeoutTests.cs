using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

/// <summary>Slow and silent clients. The timeouts are short; the tests assert that they expire before the test's deadline.</summary>
public class ClientTimeoutTests
{
    [Fact]
    public async Task Head_DrippedInSlowly_Is408AtTheDeadlineOfItsFirstByte()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--head-timeout", "500ms");
        using var client = await balancer.ConnectAsync();
        bool over = false;
        Task dripping = DripAsync(client, "GET / HTTP/1.1\r\nHost: a\r\nX: ", () => over);
        Message response = await client.ReadResponseAsync();
        over = true;
        await dripping;
        Assert.Equal(408, response.Status);
        Assert.Equal("head-timeout", response["X-Carousel-Reason"]);
        Assert.NotEqual(End.None, await client.DrainAsync());
        Assert.Equal(0, server.BytesReceived);
    }

    [Theory]
    [InlineData("G")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n")]
    public async Task Head_NeverCompleted_Is408AndClosed(string part)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--head-timeout", "300ms");
        using var client = await balancer.ConnectAsync();
        Assert.Equal("x", (await client.GetAsync()).Text);
        await client.SendAsync(part);
        Message response = await client.ReadResponseAsync();
        Assert.Equal(408, response.Status);
        Assert.Equal("close", response["Connection"]);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_Idle_IsClosedWithoutAResponse(bool afterARequest)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--idle-timeout", "300ms");
        using var client = await balancer.ConnectAsync();
        if (afterARequest)
        {
            await client.GetAsync();
        }
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nab")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n")]
    public async Task RequestBody_Pauses_Is408AndServerIsClosed(string rest)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.DrainAsync();
        });
        await using var balancer = await Balancer.StartAsync(server, "--body-timeout", "300ms");
        using var client = await balancer.ConnectAsync();
        Message response = await client.RequestAsync("POST / HTTP/1.1\r\nHost: a\r\n" + rest);
        Assert.Equal(408, response.Status);
        Assert.Equal("request-body-timeout", response["X-Carousel-Reason"]);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
    }

    [Fact]
    public async Task RequestBody_SlowButSteady_IsServed()
    {
        // Longer in total than the body timeout and the response timeout: the first applies between bytes, the second starts with the last byte.
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--body-timeout", "1s", "--answer-timeout", "1s");
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n");
        for (int i = 0; i < 15; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            await client.SendAsync("x");
        }
        Assert.Equal("x", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Client_ReadsNothing_IsDisconnected()
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
        await using var balancer = await Balancer.StartAsync(server, "--body-timeout", "500ms");
        using var client = await balancer.ConnectAsync(receiveBuffer: 64 * 1024);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Connections.Count == 1 && server.OpenConnections == 0, "the server's connection to be closed");
        Assert.NotEqual(End.None, await client.DrainAsync());
    }

    private static async Task DripAsync(RawClient client, string head, Func<bool> over)
    {
        await client.SendAsync(head);
        try
        {
            while (!over())
            {
                await client.SendAsync("x");
                await Task.Delay(20);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The connection is cut, as expected.
        }
    }
}
