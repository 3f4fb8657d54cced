using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Retry;

/// <summary>Connections that die under a request: what may be sent once more, and what never (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1).</summary>
public class StaleConnectionTests
{
    [Theory]
    [InlineData("GET", true)]
    [InlineData("GET", false)]
    [InlineData("HEAD", false)]
    [InlineData("OPTIONS", true)]
    [InlineData("DELETE", false)]
    [InlineData("PUT", true)]
    public async Task Reused_DiesUnderIdempotentRequest_IsSentOnceMoreOnAFreshOne(string method, bool reset)
    {
        await using var server = DyingOnReuse(reset);
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Message response = await client.AskAsync($"{method} /second HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Equal(["/first", "/second", "/second"], server.Requests.Select(request => request.Target));
        Assert.Equal(2, server.Connections.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reused_DiesUnderPutWithBody_IsSentOnceMoreWholeOrNotAtAll(bool reset)
    {
        // PUT may be repeated, but only as long as its body is still there.
        var bodies = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var server = DyingOnReuse(reset, request => bodies.Enqueue(request.Text));
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Message response = await client.AskAsync("PUT /second HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Contains(response.Status, (int[])[200, 502]);
        Assert.Equal(response.Status == 200 ? ["", "hello", "hello"] : ["", "hello"], bodies);
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    public async Task Reused_DiesUnderOtherRequest_IsNotSentTwice(string method, bool reset)
    {
        await using var server = DyingOnReuse(reset);
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.GetAsync("/first");
        Message response = await client.AskAsync($"{method} /second HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal(502, response.Status);
        Assert.Equal("server-closed", response["X-Carousel-Reason"]);
        Assert.Equal(["/first", "/second"], server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task Reused_DiesAndTheFreshOneToo_Is502AfterTwo()
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
    public async Task Reused_DiesWithItsServer_AnotherServerAnswers()
    {
        // What a server that is being killed looks like: kept connections die, and new ones are still accepted for a moment, then reset.
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
        // Each has had a turn once, so that both have a connection that is kept.
        Assert.Equal(["dying", "good"], ((string[])[(await client.GetAsync()).Text, (await client.GetAsync()).Text]).Order());
        do
        {
            Assert.Equal("good", (await client.GetAsync()).Text);
        }
        while (dying.Requests.Count < 2);
    }

    [Fact]
    public async Task Reused_DiesAfterAByteOfTheAnswer_IsNotSentTwice()
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
    public async Task Fresh_ClosesWithoutAnAnswer_Is502AfterAllThatMayBeAsked(string request, int expected)
    {
        await using var one = ClosingAfterRequest();
        await using var two = ClosingAfterRequest();
        await using var balancer = await Balancer.StartAsync(one, two);
        Message response = await balancer.AskAsync(request);
        Assert.Equal(502, response.Status);
        Assert.Equal("server-closed", response["X-Carousel-Reason"]);
        Assert.Equal(expected, one.Requests.Count + two.Requests.Count);
    }

    [Fact]
    public async Task Server_ClosesAfterEveryAnswerWithoutSayingSo_NoRequestFails()
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

    /// <summary>The first connection answers one request and dies under the second; all others serve.</summary>
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
