using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

public class ServerTimeoutTests
{
    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    public async Task Response_Incomplete_Is504AndServerIsClosed(string part)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(part);
            await connection.DrainAsync();
        });
        await using var balancer = await Balancer.StartAsync(server, "--answer-timeout", "300ms");
        using var client = await balancer.ConnectAsync();
        Message response = await client.GetAsync();
        Assert.Equal(504, response.Status);
        Assert.Equal("answer-timeout", response["X-Carousel-Reason"]);
        Assert.Contains("answer-timeout", response.Text);
        Assert.Single(server.Requests);
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
    }

    [Fact]
    public async Task Response_InterimOnesOnly_Is504()
    {
        // Early hints do not extend the deadline, which is for the final response.
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            while (true)
            {
                await connection.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
                await Task.Delay(20);
            }
        });
        await using var balancer = await Balancer.StartAsync(server, "--answer-timeout", "500ms");
        using var client = await balancer.ConnectAsync();
        Message response = await client.GetAsync();
        for (int i = 0; i < 500 && response.Status == 103; i++)
        {
            response = await client.ReadResponseAsync();
        }
        Assert.Equal(504, response.Status);
        Assert.Equal("answer-timeout", response["X-Carousel-Reason"]);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nab")]
    [InlineData("\r\nabc")]
    public async Task ResponseBody_Pauses_ClientIsCutAndServerClosed(string rest)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + rest);
            await connection.DrainAsync();
        });
        await using var balancer = await Balancer.StartAsync(server, "--body-timeout", "300ms");
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(200, Message.Parse(await client.ReadHeadAsync()).Status);
        Assert.NotEqual(End.None, await client.DrainAsync());
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
    }

    [Fact]
    public async Task Server_ReadsNothingOfTheRequest_Is504()
    {
        var over = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(_ => over.Task, receiveBuffer: 64 * 1024);
        await using var balancer = await Balancer.StartAsync(server, "--body-timeout", "500ms");
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
        Task sending = SendUntilCutAsync(client);
        Message response = await client.ReadResponseAsync();
        client.Dispose();
        await sending;
        over.SetResult();
        Assert.Equal(504, response.Status);
        Assert.Equal("server-stalled", response["X-Carousel-Reason"]);
    }

    private static async Task SendUntilCutAsync(RawClient client)
    {
        byte[] block = Payload.Bytes(Payload.Megabyte);
        try
        {
            while (true)
            {
                await client.SendAsync(block);
            }
        }
        catch (Exception error) when (error is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The response arrived and the client closed.
        }
    }
}
