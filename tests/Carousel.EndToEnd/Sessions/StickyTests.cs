using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>Visitors who stay with their server, and what happens when they can't.</summary>
public class StickyTests
{
    private static readonly string[] Sticky = ["--session", "sticky"];

    [Fact]
    public async Task Visitors_SeveralServers_StayWithTheirs()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var three = Echo.Server("three");
        await using var balancer = await Balancer.StartAsync([one, two, three], Sticky);
        var homes = new List<string>();
        for (int i = 0; i < 9; i++)
        {
            using var visitor = new Visitor(balancer);
            string home = Echo.Name(await visitor.GetAsync());
            homes.Add(home);
            for (int j = 0; j < 5; j++)
            {
                Message response = j % 2 == 0 ? await visitor.GetAsync() : await visitor.PostAsync("/", "a=b");
                Assert.Equal((home, visitor.Id, "-"), (Echo.Name(response), Echo.Id(response), Echo.Moved(response)));
            }
            Assert.Equal(1, visitor.Given);
        }
        // New ones still go round.
        Assert.Equal((string[])["one 3", "three 3", "two 3"], homes.GroupBy(home => home).Select(group => $"{group.Key} {group.Count()}").Order());
    }

    [Fact]
    public async Task Visitor_SeveralWorkersAndConnections_StaysWithTheSame()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], ["--session", "sticky", "--workers", "3"]);
        using var visitor = new Visitor(balancer);
        string home = Echo.Name(await visitor.GetAsync());
        for (int i = 0; i < 30; i++)
        {
            visitor.Dispose();
            Assert.Equal(home, Echo.Name(await visitor.GetAsync()));
        }
        Assert.Equal(1, visitor.Given);
    }

    [Fact]
    public async Task Server_ClosesEveryConnection_IsAskedAnew()
    {
        await using var one = Echo.ClosingServer("one");
        await using var two = Echo.ClosingServer("two");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var visitor = new Visitor(balancer);
        string home = Echo.Name(await visitor.GetAsync());
        for (int i = 0; i < 50; i++)
        {
            Message response = await visitor.GetAsync();
            Assert.Equal((home, "-"), (Echo.Name(response), Echo.Moved(response)));
        }
        Assert.Equal(1, visitor.Given);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_KeptConnectionDiesUnderTheRequest_IsAskedAnew(bool reset)
    {
        await using var one = DyingOnReuse("one", reset);
        await using var two = DyingOnReuse("two", reset);
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var visitor = new Visitor(balancer);
        string home = Echo.Name(await visitor.GetAsync());
        for (int i = 0; i < 10; i++)
        {
            Message response = await visitor.GetAsync();
            Assert.Equal((home, visitor.Id, "-"), (Echo.Name(response), Echo.Id(response), Echo.Moved(response)));
        }
        Assert.Equal(1, visitor.Given);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task Server_Refuses_VisitorMovesWithinTheRequest(string method)
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var visitor = new Visitor(balancer);
        string home = Echo.Name(await visitor.GetAsync());
        IssuedCookie before = visitor.Cookie!;
        (home == "one" ? one : two).Crash();

        Message moved = await AskAsync(visitor, method);
        Assert.Equal(200, moved.Status);
        Assert.Equal((home == "one" ? "two" : "one", before.Id, "connect-refused"), (Echo.Name(moved), Echo.Id(moved), Echo.Moved(moved)));
        Assert.Equal((2, before.Id), (visitor.Given, visitor.Id));
        Assert.NotEqual(before.Server, visitor.Cookie!.Server);

        // Told once, and of no interest to the client.
        Assert.Null(moved["X-Session-Moved"]);
        Message next = await AskAsync(visitor, method);
        Assert.Equal((Echo.Name(moved), "-", 2), (Echo.Name(next), Echo.Moved(next), visitor.Given));
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
    public async Task SeveralServers_Refuse_OneThatServesIsToldOnce()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var three = Echo.Server("three");
        await using var balancer = await Balancer.StartAsync([one, two, three], Sticky);
        using var visitor = new Visitor(balancer);
        string home = Echo.Name(await visitor.GetAsync());
        foreach (ScriptedServer server in (ScriptedServer[])[one, two])
        {
            server.Crash();
            for (int i = 0; i < 3; i++)
            {
                Message response = await visitor.GetAsync();
                Assert.Equal(200, response.Status);
                Assert.Equal(Echo.Name(response) == home ? "-" : "connect-refused", Echo.Moved(response));
                home = Echo.Name(response);
            }
        }
        Assert.Equal("three", home);
        Assert.All(three.Requests, request => Assert.InRange(request.Count("X-Session-Moved"), 0, 1));
    }

    [Fact]
    public async Task Server_DiesAndReturns_MovedVisitorStaysWhereItIsAndAbsentOneIsHome()
    {
        int port = FixedPort.Next();
        await using var one = Echo.Server("one", port);
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        Visitor[] pair = [new(balancer), new(balancer), new(balancer), new(balancer)];
        var ofOne = new List<Visitor>();
        foreach (Visitor visitor in pair)
        {
            if (Echo.Name(await visitor.GetAsync()) == "one")
            {
                ofOne.Add(visitor);
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
        Array.ForEach(pair, visitor => visitor.Dispose());
    }

    [Fact]
    public async Task Server_NeverAnswersTheConnection_VisitorMovesAfterTheTimeout()
    {
        await using var two = Echo.Server("two");
        await using var silent = await SilentPort.CreateAsync();
        await using var balancer = await Balancer.StartAsync([silent.Url, two.Url], ["--session", "sticky", "--connect-timeout", "200ms"]);
        using var visitor = new Visitor(balancer);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("two", Echo.Name(await visitor.GetAsync()));
        }
        Assert.Equal(1, visitor.Given);
        // A stranger has no server to come from.
        Assert.All(two.Requests, request => Assert.Null(request["X-Session-Moved"]));
    }

    [Fact]
    public async Task AllServers_Refuse_VisitorIsToldAndKeepsTheSession()
    {
        int port = FixedPort.Next();
        await using var one = Echo.Server("one", port);
        await using var balancer = await Balancer.StartAsync([one], Sticky);
        using var visitor = new Visitor(balancer);
        await visitor.GetAsync();
        one.Crash();
        Message response = await visitor.GetAsync();
        Assert.Equal((502, null), (response.Status, response["Set-Cookie"]));
        await using var back = Echo.Server("one", port);
        response = await visitor.GetAsync();
        Assert.Equal((visitor.Id, "-", 1), (Echo.Id(response), Echo.Moved(response), visitor.Given));
    }

    [Fact]
    public async Task Server_AnswersWithAnError_VisitorStays()
    {
        await using var one = ScriptedServer.Responding(_ => "HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\none");
        await using var two = ScriptedServer.Responding(_ => "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\ntwo");
        await using var balancer = await Balancer.StartAsync([one, two], Sticky);
        using var visitor = new Visitor(balancer);
        string home = (await visitor.GetAsync()).Text;
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(home, (await visitor.GetAsync()).Text);
        }
    }

    [Fact]
    public async Task Shared_ServerRefuses_NobodyMoves()
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], "--session", "shared");
        using var visitor = new Visitor(balancer);
        var seen = new HashSet<string>();
        for (int i = 0; i < 4; i++)
        {
            seen.Add(Echo.Name(await visitor.GetAsync()));
        }
        Assert.Equal(2, seen.Count);
        one.Crash();
        for (int i = 0; i < 4; i++)
        {
            Message response = await visitor.GetAsync();
            Assert.Equal(("two", visitor.Id, "-", 1), (Echo.Name(response), Echo.Id(response), Echo.Moved(response), visitor.Given));
        }
    }

    private static string Hash(Message request) => $"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n{Payload.Hash(request.Body)}";

    private static Task<Message> AskAsync(Visitor visitor, string method) =>
        method == "GET" ? visitor.GetAsync() : visitor.AskAsync(method, "/", "Content-Length: 5\r\n", "hello");

    /// <summary>Every connection answers one request and dies under the second.</summary>
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
