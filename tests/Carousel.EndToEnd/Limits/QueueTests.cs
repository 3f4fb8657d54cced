using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Limits;

/// <summary>Servers with a limit of concurrent requests, and the queue.</summary>
public class QueueTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Max_ManyClients_AllAreServedAndNoServerHasMoreAtOnce(string workers)
    {
        var gauges = new Gauge[] { new(), new() };
        await using var one = Counting(gauges[0]);
        await using var two = Counting(gauges[1]);
        await using var balancer = await Balancer.StartAsync([$"{one.Url} max=1", $"{two.Url} max=1"], ["--workers", workers]);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using var client = await balancer.ConnectAsync();
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal((200, "x"), await StatusAndTextAsync(client.GetAsync()));
            }
        }));
        Assert.Equal(1000, one.Requests.Count + two.Requests.Count);
        Assert.All(gauges, gauge => Assert.Equal(1, gauge.Most));
    }

    [Fact]
    public async Task Queue_Full_RejectsAtOnceAndServesTheQueued()
    {
        using var gate = new SemaphoreSlim(0);
        await using var server = Held("x", gate);
        await using var balancer = await Balancer.StartAsync([$"{server.Url} max=1"], ["--queue", "1"]);
        Task<Message> served = balancer.GetAsync("/1");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the first request to reach the server");
        // Either of these two may be queued, the other is rejected.
        Task<Message>[] others = [balancer.GetAsync("/2"), balancer.GetAsync("/3")];
        Task<Message> shed = await Deadlines.WithinAsync(Task.WhenAny(others), "one of them to be rejected");
        AssertShed(await shed, "queue-full");
        gate.Release(2);
        Assert.Equal(200, (await served).Status);
        Assert.Equal(200, (await others.Single(other => other != shed)).Status);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task QueueTimeout_NoSlotInTime_IsRejected()
    {
        using var gate = new SemaphoreSlim(0);
        await using var server = Held("x", gate);
        await using var balancer = await Balancer.StartAsync([$"{server.Url} max=1"], ["--queue-timeout", "50ms"]);
        Task<Message> served = balancer.GetAsync("/1");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the first request to reach the server");
        AssertShed(await balancer.GetAsync("/2"), "queue-timeout");
        gate.Release();
        Assert.Equal(200, (await served).Status);
        await Deadlines.UntilAsync(() => balancer.Errors.Contains("queue-timeout: "), "the log line");
    }

    [Fact]
    public async Task StickyWait_OwnServerIsFree_SessionStays()
    {
        using var gate = new SemaphoreSlim(1);
        await using var one = Held("one", gate);
        await using var two = Held("two", gate);
        await using var balancer = await StickyAsync(one, two, "10s");
        string cookie = await CookieAsync(balancer);
        ScriptedServer home = one.Requests.Count == 1 ? one : two;
        Task<Message> first = RequestAsync(balancer, cookie);
        await Deadlines.UntilAsync(() => home.Requests.Count == 2, "the session's request to reach its server");
        Task<Message> second = RequestAsync(balancer, cookie);
        gate.Release();
        Message response = await first;
        gate.Release();
        Assert.Equal(response.Text, (await second).Text);
        Assert.Equal(3, home.Requests.Count);
        Assert.All(home.Requests, request => Assert.Null(request["X-Session-Moved"]));
    }

    [Fact]
    public async Task StickyWait_OwnServerStaysFull_SessionMoves()
    {
        using var gate = new SemaphoreSlim(1);
        await using var one = Held("one", gate);
        await using var two = Held("two", gate);
        await using var balancer = await StickyAsync(one, two, "50ms");
        string cookie = await CookieAsync(balancer);
        (ScriptedServer home, ScriptedServer other) = one.Requests.Count == 1 ? (one, two) : (two, one);
        Task<Message> first = RequestAsync(balancer, cookie);
        await Deadlines.UntilAsync(() => home.Requests.Count == 2, "the session's request to reach its server");
        Task<Message> second = RequestAsync(balancer, cookie);
        await Deadlines.UntilAsync(() => other.Requests.Count == 1, "the session to move");
        gate.Release(2);
        Assert.Null((await first)["Set-Cookie"]);
        Assert.NotNull((await second)["Set-Cookie"]);
        Assert.Equal("server-busy", Assert.Single(other.Requests)["X-Session-Moved"]);
    }

    private static Task<Balancer> StickyAsync(ScriptedServer one, ScriptedServer two, string wait) =>
        Balancer.StartAsync([$"{one.Url} max=1", $"{two.Url} max=1"], ["--session", "sticky", "--sticky-wait", wait]);

    private static async Task<string> CookieAsync(Balancer balancer) => IssuedCookie.Of(await balancer.GetAsync()).Pair;

    private static Task<Message> RequestAsync(Balancer balancer, string cookie) =>
        balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: test\r\nCookie: {cookie}\r\n\r\n");

    private static async Task<(int Status, string Text)> StatusAndTextAsync(Task<Message> asking)
    {
        Message response = await asking;
        return (response.Status, response.Text);
    }

    /// <summary>Responds to each request with its name when the gate opens.</summary>
    private static ScriptedServer Held(string name, SemaphoreSlim gate) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await gate.WaitAsync();
            await connection.RespondAsync(name);
        }
    });

    /// <summary>Records how many requests it has at once.</summary>
    private static ScriptedServer Counting(Gauge gauge) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            gauge.Enter();
            await Task.Yield();
            gauge.Leave();
            await connection.RespondAsync("x");
        }
    });

    private static void AssertShed(Message response, string reason) =>
        Assert.Equal((503, reason, "1"), (response.Status, response["X-Carousel-Reason"], response["Retry-After"]));

    private sealed class Gauge
    {
        private int _now, _most;

        public int Most => Volatile.Read(ref _most);

        public void Enter()
        {
            int now = Interlocked.Increment(ref _now);
            for (int most = Most; now > most; most = Most)
            {
                Interlocked.CompareExchange(ref _most, now, most);
            }
        }

        public void Leave() => Interlocked.Decrement(ref _now);
    }
}
