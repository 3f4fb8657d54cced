using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Retry;

/// <summary>
/// Connections that close under a request: which requests may be retried and which must not (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1).
/// </summary>
public class StaleConnectionTests
{
    [Theory]
    [InlineData("GET", true)]
    [InlineData("GET", false)]
    [InlineData("HEAD", false)]
    [InlineData("OPTIONS", true)]
    [InlineData("DELETE", false)]
    [InlineData("PUT", true)]
    public async Task Reused_ClosesUnderIdempotentRequest_IsRetriedOnANewConnection(string method, bool reset)
    {
        await using var server = DyingOnReuse(reset);
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Message response = await client.RequestAsync($"{method} /second HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Equal(["/first", "/second", "/second"], server.Requests.Select(request => request.Target));
        Assert.Equal(2, server.Connections.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reused_ClosesUnderPutWithBody_IsRetriedWholeOrNotAtAll(bool reset)
    {
        // PUT may be retried only while its body is still buffered.
        var bodies = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var server = DyingOnReuse(reset, request => bodies.Enqueue(request.Text));
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Message response = await client.RequestAsync("PUT /second HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Contains(response.Status, (int[])[200, 502]);
        Assert.Equal(response.Status == 200 ? ["", "hello", "hello"] : ["", "hello"], bodies);
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    public async Task Reused_ClosesUnderOtherRequest_IsNotRetried(string method, bool reset)
    {
        await using var server = DyingOnReuse(reset);
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Message response = await client.RequestAsync($"{method} /second HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal(502, response.Status);
        Assert.Equal("server-closed", response["X-Carousel-Reason"]);
        Assert.Equal(["/first", "/second"], server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task Reused_ClosesAndTheNewOneToo_Is502AfterTwo()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            Message? request = await connection.ReadRequestAsync();
            if (request?.Target == "/first")
            {
                await connection.RespondAsync("x");
                await connection.ReadRequestAsync();
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Message response = await client.GetAsync("/second");
        Assert.Equal(502, response.Status);
        Assert.Equal("server-closed", response["X-Carousel-Reason"]);
        Assert.Equal(["/first", "/second", "/second"], server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task Reused_ClosesWithItsServer_AnotherServerResponds()
    {
        // A server being killed: kept connections close, and new ones are accepted for a moment, then reset.
        await using var dying = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            if (connection.Index == 0)
            {
                await connection.RespondAsync("dying");
                await connection.ReadRequestAsync();
            }
            connection.Reset();
        });
        await using var good = ScriptedServer.Responding("good");
        await using var balancer = await Balancer.StartAsync(dying, good);
        using var client = await balancer.ConnectAsync();
        // Each server got one request, so both have a kept connection.
        Assert.Equal(["dying", "good"], ((string[])[(await client.GetAsync()).Text, (await client.GetAsync()).Text]).Order());
        do
        {
            Assert.Equal("good", (await client.GetAsync()).Text);
        }
        while (dying.Requests.Count < 2);
    }

    [Fact]
    public async Task Reused_ClosesAfterAByteOfTheResponse_IsNotRetried()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.RespondAsync("x");
            await connection.ReadRequestAsync();
            await connection.SendAsync("H");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Assert.Equal(502, (await client.GetAsync("/second")).Status);
        Assert.Equal(["/first", "/second"], server.Requests.Select(request => request.Target));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 2)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 1)]
    public async Task New_ClosesWithoutAResponse_Is502AfterAllRetries(string request, int expected)
    {
        await using var one = ClosingAfterRequest();
        await using var two = ClosingAfterRequest();
        await using var balancer = await Balancer.StartAsync(one, two);
        Message response = await balancer.RequestAsync(request);
        Assert.Equal(502, response.Status);
        Assert.Equal("server-closed", response["X-Carousel-Reason"]);
        Assert.Equal(expected, one.Requests.Count + two.Requests.Count);
    }

    [Fact]
    public async Task Server_ClosesSilentlyAfterEveryResponse_NoRequestFails()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.RespondAsync("x");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal("x", (await client.GetAsync()).Text);
        }
    }

    private static ScriptedServer ClosingAfterRequest() => ScriptedServer.Start(connection => connection.ReadRequestAsync());

    /// <summary>The first connection responds to one request and closes under the second; all others serve.</summary>
    private static ScriptedServer DyingOnReuse(bool reset, Action<Message>? seen = null) => ScriptedServer.Start(async connection =>
    {
        int served = 0;
        while (await connection.ReadRequestAsync() is { } request)
        {
            seen?.Invoke(request);
            if (connection.Index == 0 && served++ == 1)
            {
                if (reset)
                {
                    connection.Reset();
                }
                return;
            }
            await connection.RespondAsync(request.Method == "HEAD" ? "" : "x");
        }
    });
}
