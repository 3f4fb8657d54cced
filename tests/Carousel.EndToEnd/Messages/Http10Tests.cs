using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Messages;

/// <summary>HTTP/1.0 clients (RFC 9112 section 9.3, RFC 9110 section 7.8).</summary>
public class Http10Tests
{
    [Fact]
    public async Task Client_WithoutKeepAlive_IsClosedAfterTheResponse()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        Message response = await client.RequestAsync("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        Assert.Equal("x", response.Text);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Fact]
    public async Task Client_WithKeepAlive_GetsKeepAliveAndStaysOpen()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Message response = await client.RequestAsync("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
            Assert.Equal("x", response.Text);
            Assert.Equal("keep-alive", response["Connection"], ignoreCase: true);
        }
    }

    [Fact]
    public async Task Client_WithoutHost_ReachesServerWithOneHost()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.Equal(200, response.Status);
        Message request = Assert.Single(server.Requests);
        Assert.Equal("GET / HTTP/1.1", request.StartLine);
        Assert.Equal(1, request.Count("Host"));
    }

    [Fact]
    public async Task Client_PostsBody_ReachesServer()
    {
        await using var server = ScriptedServer.Responding(request => $"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{request.Text}");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync("POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        Assert.Equal("abc", response.Text);
    }

    [Fact]
    public async Task ChunkedResponse_ToHttp10Client_IsDechunkedAndClosed()
    {
        await using var server = ScriptedServer.Responding(_ =>
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        Message head = Message.Parse(await client.ReadHeadAsync());
        Assert.Null(head["Transfer-Encoding"]);
        Assert.NotEqual("keep-alive", head["Connection"]);
        Assert.Equal("abcde"u8.ToArray(), await client.ReadToEndAsync());
    }

    [Fact]
    public async Task ChunkedResponseCutShort_ToHttp10Client_IsReset()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        // Only a reset tells such a client that its response is incomplete.
        Assert.Equal(End.Reset, await client.DrainAsync());
    }

    [Fact]
    public async Task Server_RespondsAsHttp10WithLength_IsForwardedAsHttp11AndNotReused()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            Message response = await client.GetAsync();
            Assert.Equal("HTTP/1.1 200 OK", response.StartLine);
            Assert.Equal("x", response.Text);
        }
        Assert.Equal(2, server.Connections.Count);
    }

    [Fact]
    public async Task Server_RespondsAsHttp10WithKeepAlive_IsReused()
    {
        await using var server = ScriptedServer.Responding(_ => "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("x", (await client.GetAsync()).Text);
        }
        Assert.Single(server.Connections);
    }
}
