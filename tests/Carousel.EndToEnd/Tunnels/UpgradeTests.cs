using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Tunnels;

/// <summary>Upgraded connections (RFC 9110 section 7.8), such as WebSocket: both directions are forwarded and closed independently.</summary>
public class UpgradeTests
{
    private const string Handshake = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private const string Accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    [Fact]
    public async Task Handshake_Accepted_ReachesBothSidesWhole()
    {
        await using var server = Tunnelling(connection => connection.SendAsync("hi"));
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        Message response = await client.RequestAsync(Handshake);
        Assert.Equal(101, response.Status);
        Assert.Equal("websocket", response["Upgrade"]);
        Assert.Equal("upgrade", response["Connection"], ignoreCase: true);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", response["Sec-WebSocket-Accept"]);
        Assert.Equal("hi", await client.ReadTextAsync(2));
        Message request = Assert.Single(server.Requests);
        Assert.Equal("websocket", request["Upgrade"]);
        Assert.Equal("upgrade", request["Connection"], ignoreCase: true);
        Assert.Equal("dGhlIHNhbXBsZSBub25jZQ==", request["Sec-WebSocket-Key"]);
    }

    [Fact]
    public async Task Bytes_BothWays_ArriveOneByOne()
    {
        await using var server = Tunnelling(async connection =>
        {
            for (int i = 0; i < 200; i++)
            {
                await connection.SendAsync(await connection.ReadTextAsync(1));
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync(Handshake);
        for (int i = 0; i < 200; i++)
        {
            string one = ((char)i).ToString();
            await client.SendAsync(one);
            Assert.Equal(one, await client.ReadTextAsync(1));
        }
    }

    [Fact]
    public async Task Bytes_SentTogetherWithTheHandshake_AreNotLost()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.SendAsync(Accepted + "server first");
            await connection.SendAsync(await connection.ReadTextAsync(12));
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        Assert.Equal(101, (await client.RequestAsync(Handshake + "client first")).Status);
        Assert.Equal("server firstclient first", await client.ReadTextAsync(24));
    }

    [Fact]
    public async Task Client_HalfCloses_ServerMayStillSend()
    {
        await using var server = Tunnelling(async connection =>
        {
            byte[] all = await connection.ReadToEndAsync();
            await connection.SendAsync($"got {all.Length}");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync(Handshake);
        await client.SendAsync("12345");
        client.HalfClose();
        Assert.Equal("got 5"u8.ToArray(), await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Server_HalfCloses_ClientMayStillSend()
    {
        var seen = new TaskCompletionSource<int>();
        await using var server = Tunnelling(async connection =>
        {
            await connection.SendAsync("bye");
            connection.HalfClose();
            seen.SetResult((await connection.ReadToEndAsync()).Length);
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync(Handshake);
        Assert.Equal("bye"u8.ToArray(), await client.ReadToEndAsync());
        await client.SendAsync("still here");
        client.HalfClose();
        Assert.Equal(10, await Deadlines.WithinAsync(seen.Task, "the server to see the end"));
    }

    [Fact]
    public async Task Client_Resets_ServerIsClosed()
    {
        await using var server = Tunnelling(connection => connection.DrainAsync());
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync(Handshake);
        client.Reset();
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's side of the tunnel to be closed");
    }

    [Fact]
    public async Task Server_Crashes_ClientIsClosed()
    {
        await using var server = Tunnelling(connection => connection.DrainAsync());
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync(Handshake);
        server.Crash();
        Assert.NotEqual(End.None, await client.ReadEndAsync());
    }

    [Fact]
    public async Task Server_Declines_ResponseIsForwardedAsUsual()
    {
        await using var server = ScriptedServer.Responding("no upgrade");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        Assert.Equal("no upgrade", (await client.RequestAsync(Handshake)).Text);
        Assert.Equal("no upgrade", (await client.GetAsync()).Text);
    }

    [Fact]
    public async Task Tunnel_SilentLongerThanTunnelTimeout_IsClosed()
    {
        await using var server = Tunnelling(connection => connection.DrainAsync());
        await using var balancer = await Balancer.StartAsync(server, "--tunnel-timeout", "300ms");
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync(Handshake);
        Assert.NotEqual(End.None, await client.ReadEndAsync());
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's side of the tunnel to be closed");
    }

    private static ScriptedServer Tunnelling(Func<ServerConnection, Task> talk) => ScriptedServer.Start(async connection =>
    {
        await connection.ReadRequestHeadAsync();
        await connection.SendAsync(Accepted);
        await talk(connection);
    });
}
