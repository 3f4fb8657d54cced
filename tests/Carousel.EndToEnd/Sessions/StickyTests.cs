using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>Sessions that stay on their server, and what happens when it is unavailable.</summary>
public class StickyTests
{
    private static readonly string[] Sticky = ["--session", "sticky"];

    [Fact]
    public async Task Sessions_SeveralServers_StayOnTheirServer()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var three = Echo.Server("three");
        await using var balancer = await Balancer.StartAsync([one, two, three], Sticky);
        var homes = new List<string>();
        for (int i = 0; i < 9; i++)
        {
            using var sessionClient = new SessionClient(balancer);
            string home = Echo.Name(await sessionClient.GetAsync());
            homes.Add(home);
            for (int j = 0; j < 5; j++)
            {
                Message response = j % 2 == 0 ? await sessionClient.GetAsync() : await sessionClient.PostAsync("/", "a=b");
                Assert.Equal((home, sessionClient.Id, "-"), (Echo.Name(response), Echo.Id(response), Echo.Moved(response)));
            }
            Assert.Equal(1, sessionClient.Given);
        }
        // New sessions are still distributed in rotation.
        Assert.Equal((string[])["one 3", "three 3", "two 3"], homes.GroupBy(home => home).Select(group => $"{group.Key} {group.Count()}").Order());
    }

    [Fact]
    public async Task Session_SeveralWorkersAndConnections_StaysOnItsServer()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], ["--session", "sticky", "--workers", "3"]);
        using var sessionClient = new SessionClient(balancer);
        string home = Echo.Name(await sessionClient.GetAsync());
        for (int i = 0; i < 30; i++)
        {
            sessionClient.Dispose();
            Assert.Equal(home, Echo.Name(await sessionClient.GetAsync()));
        }
        Assert.Equal(1, sessionClient.Given);
    }

    [Fact]
    public async Task Server_ClosesEveryConnection_IsReconnected()
    {
        await using var one = Echo.ClosingServer("one");
        await using var two = Echo.ClosingServer("two");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var sessionClient = new SessionClient(balancer);
        string home = Echo.Name(await sessionClient.GetAsync());
        for (int i = 0; i < 50; i++)
        {
            Message response = await sessionClient.GetAsync();
            Assert.Equal((home, "-"), (Echo.Name(response), Echo.Moved(response)));
        }
        Assert.Equal(1, sessionClient.Given);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_KeptConnectionClosesUnderTheRequest_IsReconnected(bool reset)
    {
        await using var one = DyingOnReuse("one", reset);
        await using var two = DyingOnReuse("two", reset);
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var sessionClient = new SessionClient(balancer);
        string home = Echo.Name(await sessionClient.GetAsync());
        for (int i = 0; i < 10; i++)
        {
            Message response = await sessionClient.GetAsync();
            Assert.Equal((home, sessionClient.Id, "-"), (Echo.Name(response), Echo.Id(response), Echo.Moved(response)));
        }
        Assert.Equal(1, sessionClient.Given);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task Server_Refuses_SessionMovesWithinTheRequest(string method)
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var sessionClient = new SessionClient(balancer);
        string home = Echo.Name(await sessionClient.GetAsync());
        IssuedCookie before = sessionClient.Cookie!;
        (home == "one" ? one : two).Crash();

        Message moved = await RequestAsync(sessionClient, method);
        Assert.Equal(200, moved.Status);
        Assert.Equal((home == "one" ? "two" : "one", before.Id, "connect-refused"), (Echo.Name(moved), Echo.Id(moved), Echo.Moved(moved)));
        Assert.Equal((2, before.Id), (sessionClient.Given, sessionClient.Id));
        Assert.NotEqual(before.Server, sessionClient.Cookie!.Server);

        // Reported to the server once, never to the client.
        Assert.Null(moved["X-Session-Moved"]);
        Message next = await RequestAsync(sessionClient, method);
        Assert.Equal((Echo.Name(moved), "-", 2), (Echo.Name(next), Echo.Moved(next), sessionClient.Given));
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(10, 5 * Payload.Megabyte)]
    [InlineData(15_500, 10)]
    [InlineData(15_500, 5 * Payload.Megabyte)]
    public async Task Server_RefusesLargeRequest_ItArrivesWholeAtTheOther(int fieldLength, int bodyLength)
    {
        byte[] body = Payload.Bytes(bodyLength);
        string field = $"X-Long: {new string('x', fieldLength)}\r\n";
        await using var one = ScriptedServer.Responding(Hash);
        await using var two = ScriptedServer.Responding(Hash);
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var client = await balancer.ConnectAsync();
        IssuedCookie cookie = IssuedCookie.Of(await client.GetAsync());
        (ScriptedServer home, ScriptedServer other) = one.Requests.Count == 1 ? (one, two) : (two, one);
        home.Crash();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nCookie: {cookie.Pair}\r\n{field}Content-Length: {bodyLength}\r\n\r\n");
        await client.SendAsync(body);
        Assert.Equal(Payload.Hash(body), (await client.ReadResponseAsync()).Text);
        Message request = Assert.Single(other.Requests);
        Assert.Equal("connect-refused", request["X-Session-Moved"]);
        Assert.Equal(1, request.Count("X-Session-Moved"));
        Assert.Contains(field, request.Head);
        Assert.Equal($"{bodyLength}", request["Content-Length"]);
    }

    [Fact]
    public async Task SeveralServers_Refuse_MoveIsReportedOnce()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var three = Echo.Server("three");
        await using var balancer = await Balancer.StartAsync([one, two, three], Sticky);
        using var sessionClient = new SessionClient(balancer);
        string home = Echo.Name(await sessionClient.GetAsync());
        foreach (ScriptedServer server in (ScriptedServer[])[one, two])
        {
            server.Crash();
            for (int i = 0; i < 3; i++)
            {
                Message response = await sessionClient.GetAsync();
                Assert.Equal(200, response.Status);
                Assert.Equal(Echo.Name(response) == home ? "-" : "connect-refused", Echo.Moved(response));
                home = Echo.Name(response);
            }
        }
        Assert.Equal("three", home);
        Assert.All(three.Requests, request => Assert.InRange(request.Count("X-Session-Moved"), 0, 1));
    }

    [Fact]
    public async Task Server_CrashesAndReturns_MovedSessionStaysAndIdleOneReturns()
    {
        int port = FixedPort.Next();
        await using var one = Echo.Server("one", port);
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        SessionClient[] pair = [new(balancer), new(balancer), new(balancer), new(balancer)];
        var ofOne = new List<SessionClient>();
        foreach (SessionClient sessionClient in pair)
        {
            if (Echo.Name(await sessionClient.GetAsync()) == "one")
            {
                ofOne.Add(sessionClient);
            }
        }
        Assert.Equal(2, ofOne.Count);
        one.Crash();
        Assert.Equal("two", Echo.Name(await ofOne[0].GetAsync()));
        await using var back = Echo.Server("one again", port);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("two", Echo.Name(await ofOne[0].GetAsync()));
            Assert.Equal("one", Echo.Name(await ofOne[1].GetAsync()));
        }
        Assert.Equal((2, 1), (ofOne[0].Given, ofOne[1].Given));
        Array.ForEach(pair, sessionClient => sessionClient.Dispose());
    }

    [Fact]
    public async Task Server_NeverAccepts_SessionMovesAfterTheTimeout()
    {
        await using var two = Echo.Server("two");
        await using var silent = await SilentPort.CreateAsync();
        await using var balancer = await Balancer.StartAsync([silent.Url, two.Url], ["--session", "sticky", "--connect-timeout", "200ms"]);
        using var sessionClient = new SessionClient(balancer);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("two", Echo.Name(await sessionClient.GetAsync()));
        }
        Assert.Equal(1, sessionClient.Given);
        // A new session was not moved from a server.
        Assert.All(two.Requests, request => Assert.Null(request["X-Session-Moved"]));
    }

    [Fact]
    public async Task AllServers_Refuse_ClientGetsAnErrorAndKeepsTheSession()
    {
        int port = FixedPort.Next();
        await using var one = Echo.Server("one", port);
        await using var balancer = await Balancer.StartAsync([one], Sticky);
        using var sessionClient = new SessionClient(balancer);
        await sessionClient.GetAsync();
        one.Crash();
        Message response = await sessionClient.GetAsync();
        Assert.Equal((502, null), (response.Status, response["Set-Cookie"]));
        await using var back = Echo.Server("one", port);
        response = await sessionClient.GetAsync();
        Assert.Equal((sessionClient.Id, "-", 1), (Echo.Id(response), Echo.Moved(response), sessionClient.Given));
    }

    [Fact]
    public async Task Server_RespondsWithAnError_SessionStays()
    {
        await using var one = ScriptedServer.Responding(_ => "HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\none");
        await using var two = ScriptedServer.Responding(_ => "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\ntwo");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var sessionClient = new SessionClient(balancer);
        string home = (await sessionClient.GetAsync()).Text;
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(home, (await sessionClient.GetAsync()).Text);
        }
    }

    [Fact]
    public async Task Shared_ServerRefuses_NoSessionMoves()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], "--session", "shared");
        using var sessionClient = new SessionClient(balancer);
        var seen = new HashSet<string>();
        for (int i = 0; i < 4; i++)
        {
            seen.Add(Echo.Name(await sessionClient.GetAsync()));
        }
        Assert.Equal(2, seen.Count);
        one.Crash();
        for (int i = 0; i < 4; i++)
        {
            Message response = await sessionClient.GetAsync();
            Assert.Equal(("two", sessionClient.Id, "-", 1), (Echo.Name(response), Echo.Id(response), Echo.Moved(response), sessionClient.Given));
        }
    }

    private static string Hash(Message request) => $"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n{Payload.Hash(request.Body)}";

    private static Task<Message> RequestAsync(SessionClient sessionClient, string method) =>
        method == "GET" ? sessionClient.GetAsync() : sessionClient.RequestAsync(method, "/", "Content-Length: 5\r\n", "hello");

    /// <summary>Every connection responds to one request and closes under the second.</summary>
    private static ScriptedServer DyingOnReuse(string name, bool reset) => ScriptedServer.Start(async connection =>
    {
        Message? request = await connection.ReadRequestAsync();
        await connection.RespondAsync($"{name} {request!["X-Session-Id"]} {request["X-Session-Moved"] ?? "-"}");
        await connection.ReadRequestAsync();
        if (reset)
        {
            connection.Reset();
        }
    });
}
