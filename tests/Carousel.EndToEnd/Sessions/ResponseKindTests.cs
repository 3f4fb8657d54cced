using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>A server's first response sets the cookie, whatever its kind; interim responses and the balancer's own do not.</summary>
public class ResponseKindTests
{
    public static TheoryData<string, string> Exchanges => new()
    {
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 500 Oh\r\nContent-Length: 1\r\n\r\nx" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 503 Later\r\nContent-Length: 1\r\n\r\nx" },
        { "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" },
        { "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx" },
        { "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" },
        { "GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task First_OfAnyKind_SetsTheCookie(string request, string response)
    {
        await using var server = ScriptedServer.Responding(_ => response);
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message first = await balancer.RequestAsync(request);
        Assert.Equal(response.Split(' ')[1], $"{first.Status}");
        IssuedCookie cookie = IssuedCookie.Of(first);
        Assert.Equal(cookie.Id, server.Requests.Last()["X-Session-Id"]);
        Message second = await balancer.RequestAsync(request.Replace("\r\n\r\n", $"\r\nCookie: {cookie.Pair}\r\n\r\n", StringComparison.Ordinal));
        Assert.Null(IssuedCookie.In(second));
        Assert.Equal(cookie.Id, server.Requests.Last()["X-Session-Id"]);
    }

    [Fact]
    public async Task First_UntilTheConnectionEnds_SetsTheCookie()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\nuntil the end");
        });
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message response = await balancer.GetAsync();
        Assert.NotNull(IssuedCookie.Of(response));
        Assert.Equal("until the end", response.Text);
    }

    [Theory]
    [InlineData(16_000)]
    [InlineData(16_300)]
    public async Task First_HeadAsLongAsAllowed_SetsTheCookie(int length)
    {
        string field = $"X-Long: {new string('x', length)}\r\n";
        await using var server = ScriptedServer.Responding(_ => $"HTTP/1.1 200 OK\r\n{field}Content-Length: 5\r\n\r\nhello");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--session-domain", string.Join('.', Enumerable.Repeat(new string('d', 60), 4)));
        Message response = await balancer.GetAsync();
        Assert.NotNull(IssuedCookie.Of(response));
        Assert.Equal("hello", response.Text);
        Assert.Contains(field, response.Head);
    }

    [Fact]
    public async Task Interim_BeforeTheResponse_HasNoCookieAndTheResponseHas()
    {
        await using var server = ScriptedServer.Responding(_ =>
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var client = await balancer.ConnectAsync();
        Message early = await client.GetAsync();
        Assert.Equal(103, early.Status);
        Assert.Null(early["Set-Cookie"]);
        Message processing = await client.ReadResponseAsync();
        Assert.Equal(102, processing.Status);
        Assert.Null(processing["Set-Cookie"]);
        Assert.Equal(IssuedCookie.Of(await client.ReadResponseAsync()).Id, Assert.Single(server.Requests)["X-Session-Id"]);
    }

    [Fact]
    public async Task Switching_WebSocket_SetsTheCookie()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            await connection.SendAsync(await connection.ReadTextAsync(4));
        });
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var client = await balancer.ConnectAsync();
        Message response = await client.RequestAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        Assert.Equal(101, response.Status);
        Assert.Equal(IssuedCookie.Of(response).Id, Assert.Single(server.Requests)["X-Session-Id"]);
        await client.SendAsync("ping");
        Assert.Equal("ping", await client.ReadTextAsync(4));
    }

    [Fact]
    public async Task Pipelined_NewSessions_EachGetTheirOwnInOrder()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var client = await balancer.ConnectAsync();
        IssuedCookie known = IssuedCookie.Of(await client.GetAsync());
        const string plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        string returning = $"GET / HTTP/1.1\r\nHost: a\r\nCookie: {known.Pair}\r\n\r\n";
        await client.SendAsync(plain + returning + plain + returning);
        var ids = new HashSet<string> { known.Id };
        for (int i = 0; i < 2; i++)
        {
            Message newClient = await client.ReadResponseAsync();
            Assert.Equal(IssuedCookie.Of(newClient).Id, Echo.Id(newClient));
            Assert.True(ids.Add(Echo.Id(newClient)));
            Message sessionClient = await client.ReadResponseAsync();
            Assert.Null(IssuedCookie.In(sessionClient));
            Assert.Equal(known.Id, Echo.Id(sessionClient));
        }
    }

    [Fact]
    public async Task OwnError_NoServerResponds_HasNoCookie()
    {
        using var closed = new ClosedPort();
        await using var balancer = await Balancer.StartAsync([closed.Url], ["--session", "sticky"]);
        Message response = await balancer.GetAsync();
        Assert.Equal(502, response.Status);
        Assert.Null(response["Set-Cookie"]);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")]
    [InlineData("")]
    public async Task OwnError_BadResponse_HasNoCookie(string bad)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(bad);
        });
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message response = await balancer.GetAsync();
        Assert.Equal(502, response.Status);
        Assert.Null(response["Set-Cookie"]);
    }

    [Fact]
    public async Task OwnError_BadRequest_HasNoCookie()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        Message response = await balancer.RequestAsync("GET / HTTP/1.1\r\n\r\n");
        Assert.Equal(400, response.Status);
        Assert.Null(response["Set-Cookie"]);
    }

    [Fact]
    public async Task Retried_KeptConnectionCloses_IsTheSameSessionBothTimes()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.RespondAsync("x");
            await connection.ReadRequestAsync();
        });
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var client = await balancer.ConnectAsync();
        await client.GetAsync();
        Message response = await client.GetAsync("/again");
        string[] ids = [.. server.Requests.Where(request => request.Target == "/again").Select(request => request["X-Session-Id"]!)];
        Assert.Equal(2, ids.Length);
        Assert.All(ids, id => Assert.Equal(IssuedCookie.Of(response).Id, id));
    }
}
