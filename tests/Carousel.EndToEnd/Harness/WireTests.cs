using Xunit;

namespace Carousel.EndToEnd.Harness;

/// <summary>The harness itself, without a balancer: a helper that cannot fail would detect nothing.</summary>
public class WireTests
{
    [Fact]
    public async Task ReadEnd_OtherSideCloses_IsClosed()
    {
        await using var server = ScriptedServer.Start(_ => Task.CompletedTask);
        using var client = await RawClient.ConnectAsync(server.Port);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Fact]
    public async Task ReadEnd_OtherSideResets_IsReset()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadExactAsync(1);
            connection.Reset();
        });
        using var client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync("x");
        Assert.Equal(End.Reset, await client.ReadEndAsync());
    }

    [Fact]
    public async Task ReadEnd_OtherSideSends_IsNone()
    {
        await using var server = ScriptedServer.Start(connection => connection.SendAsync("x"));
        using var client = await RawClient.ConnectAsync(server.Port);
        Assert.Equal(End.None, await client.ReadEndAsync());
    }

    [Fact]
    public async Task ReadResponse_ChunkedByteByByte_HasBodyAndTrailers()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendByteByByteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n");
        });
        using var client = await RawClient.ConnectAsync(server.Port);
        Message response = await client.GetAsync("/path");
        Assert.Equal("abcde", response.Text);
        Assert.Equal([("T", "1")], response.Trailers);
        Assert.Equal("/path", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task ReadExact_ConnectionEndsBefore_Throws()
    {
        await using var server = ScriptedServer.Start(connection => connection.SendAsync("12"));
        using var client = await RawClient.ConnectAsync(server.Port);
        await Assert.ThrowsAsync<EndOfStreamException>(() => client.ReadExactAsync(3));
    }

    [Fact]
    public async Task Crash_OpenConnection_IsResetAndPortRefuses()
    {
        await using var server = ScriptedServer.Responding("x");
        using var client = await RawClient.ConnectAsync(server.Port);
        await client.GetAsync();
        server.Crash();
        Assert.Equal(End.Reset, await client.ReadEndAsync());
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => RawClient.ConnectAsync(server.Port));
    }

    [Fact]
    public async Task ClosedPort_Connect_IsRefused()
    {
        using var closed = new ClosedPort();
        var error = await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => RawClient.ConnectAsync(closed.Port));
        Assert.Equal(System.Net.Sockets.SocketError.ConnectionRefused, error.SocketErrorCode);
    }

    [Fact]
    public async Task SilentPort_Connect_NeverEnds()
    {
        await using var silent = await SilentPort.CreateAsync();
        Task connecting = RawClient.ConnectAsync(silent.Port);
        Assert.NotSame(connecting, await Task.WhenAny(connecting, Task.Delay(500, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Nginx_KilledAndRestarted_Responds()
    {
        await using var nginx = await Nginx.StartAsync("one");
        await nginx.KillAsync();
        await nginx.StartAsync();
        using var client = await RawClient.ConnectAsync(nginx.Port);
        Assert.Equal("one", (await client.GetAsync()).Text);
    }
}
