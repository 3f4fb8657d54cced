using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Balancing;

public class KeepAliveTests
{
    [Fact]
    public async Task Server_ManyRequestsOneAfterTheOther_SeesOneConnection()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            await client.GetAsync();
        }
        Assert.Single(server.Connections);
        Assert.Equal(20, server.Requests.Count);
    }

    [Fact]
    public async Task Server_RequestsOfSeveralClientConnections_SeesOneConnection()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await balancer.GetAsync()).Status);
        }
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Server_RespondsWithClose_IsNotReusedAndClientStaysOpen()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.RespondAsync("x", "Connection: close\r\n");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Message response = await client.GetAsync();
            Assert.Equal("x", response.Text);
            Assert.DoesNotContain("close", response["Connection"] ?? "");
        }
        Assert.Equal(3, server.Connections.Count);
    }

    [Fact]
    public async Task Server_SendsBytesAfterItsResponse_IsNotReused()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("x", (await client.GetAsync()).Text);
        }
        Assert.Equal(3, server.Connections.Count);
    }

    [Fact]
    public async Task Server_IdleLongerThanServerIdleTimeout_IsClosed()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--server-idle-timeout", "300ms");
        await balancer.GetAsync();
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the idle connection to the server to be closed");
    }

    [Fact]
    public async Task Client_SendsConnectionClose_GetsCloseAndFin()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        Message response = await client.RequestAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal("x", response.Text);
        Assert.Equal("close", response["Connection"]);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Fact]
    public async Task Server_ClientSendsConnectionClose_StaysOpen()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        await balancer.RequestAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await balancer.RequestAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Single(server.Connections);
    }
}
