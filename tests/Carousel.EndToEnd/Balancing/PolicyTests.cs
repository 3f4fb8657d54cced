using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Sessions;
using Carousel.EndToEnd.Sessions.Stores;
using Xunit;

namespace Carousel.EndToEnd.Balancing;

/// <summary><c>--policy</c> and the options of a server's line, with the real binary.</summary>
public class PolicyTests
{
    [Fact]
    public async Task NoPolicy_Weight_IsApplied()
    {
        await using var one = ScriptedServer.Responding("1");
        await using var three = ScriptedServer.Responding("3");
        await using var balancer = await Balancer.StartAsync([one.Url, $"{three.Url} weight=3"], []);

        string rounds = await RoundsAsync(balancer, 12);

        Assert.Equal((3, 9), (rounds.Count(name => name == '1'), rounds.Count(name => name == '3')));
        Assert.DoesNotContain("3333", rounds);
    }

    [Fact]
    public async Task RoundRobin_Weight_IsIgnored()
    {
        await using var one = ScriptedServer.Responding("1");
        await using var three = ScriptedServer.Responding("3");
        await using var balancer = await Balancer.StartAsync([one.Url, $"{three.Url} weight=3"], ["--policy", "round-robin"]);

        Assert.Contains(await RoundsAsync(balancer, 6), (string[])["131313", "313131"]);
    }

    [Fact]
    public async Task LeastRequests_OneServerIsBusy_OtherGetsAll()
    {
        var responses = new SemaphoreSlim(0);
        await using var slow = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await responses.WaitAsync();
                await connection.RespondAsync("slow");
            }
        });
        await using var quick = ScriptedServer.Responding("quick");
        await using var balancer = await Balancer.StartAsync([slow, quick], "--policy", "least-requests");
        using var waiting = await balancer.ConnectAsync();

        await waiting.SendAsync("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        await Deadlines.UntilAsync(() => slow.Requests.Count + quick.Requests.Count == 1, "the first request");
        Assert.Single(slow.Requests);
        Assert.Equal(string.Concat(Enumerable.Repeat("quick", 10)), await RoundsAsync(balancer, 10));

        responses.Release(100);
        Assert.Equal("slow", (await waiting.ReadResponseAsync()).Text);
        Assert.Contains("slow", await RoundsAsync(balancer, 2));
    }

    [Fact]
    public async Task Hash_ByUrl_SameUrlReachesTheSameServerOnAllWorkers()
    {
        await using var one = ScriptedServer.Responding("1");
        await using var two = ScriptedServer.Responding("2");
        await using var three = ScriptedServer.Responding("3");
        await using var balancer = await Balancer.StartAsync([one, two, three], "--policy", "hash", "--hash-by", "url", "--workers", "3");
        var homes = new Dictionary<string, string>();

        for (int i = 0; i < 120; i++)
        {
            string path = $"/{i % 40}";
            string home = (await balancer.GetAsync(path)).Text;
            Assert.Equal(home, homes.GetValueOrDefault(path, home));
            homes[path] = home;
        }

        Assert.Equal(3, homes.Values.Distinct().Count());
    }

    [Fact]
    public async Task Hash_ByCookie_ServerCrashes_OnlyItsClientsMove()
    {
        await using var one = ScriptedServer.Responding("1");
        await using var two = ScriptedServer.Responding("2");
        await using var three = ScriptedServer.Responding("3");
        await using var balancer = await Balancer.StartAsync([one, two, three], "--policy", "hash", "--hash-by", "cookie:id");
        using var client = await balancer.ConnectAsync();
        string[] before = await ServersAsync();

        one.Crash();
        string[] after = await ServersAsync();

        Assert.Equal(3, before.Distinct().Count());
        Assert.All(before.Zip(after), home => Assert.True(home.Second == home.First || (home.First == "1" && home.Second != "1")));

        async Task<string[]> ServersAsync()
        {
            var homes = new List<string>();
            for (int i = 0; i < 40; i++)
            {
                homes.Add((await client.RequestAsync($"GET / HTTP/1.1\r\nHost: test\r\nCookie: a=b; id={i}\r\n\r\n")).Text);
            }
            return [.. homes];
        }
    }

    [Fact]
    public async Task Backup_ServesOnlyWhenNoOtherCan()
    {
        await using var one = ScriptedServer.Responding("1");
        await using var backup = ScriptedServer.Responding("b");
        await using var balancer = await Balancer.StartAsync([one.Url, $"{backup.Url} backup"], []);

        Assert.Equal("1111", await RoundsAsync(balancer, 4));
        one.Crash();
        Assert.Equal("bbbb", await RoundsAsync(balancer, 4));
        Assert.Equal(4, backup.Requests.Count);
    }

    [Theory]
    [InlineData("weight=0")]
    [InlineData("drain")]
    public async Task WeightZeroOrDrain_AnyOption_GetsOnlyItsOwnSessions(string option)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var leaving = Echo.Server("leaving");
        await using var staying = Echo.Server("staying");
        string[] options = ["--session", "sticky", "--store", redis.Url];
        await using var before = await Balancer.StartAsync([leaving], options);
        await using var balancer = await Balancer.StartAsync([$"{leaving.Url} {option}", staying.Url], options);
        await KeyTests.AgreeAsync(before, balancer);
        using var sessionClient = new SessionClient(before);
        Assert.Equal("leaving", Echo.Name(await sessionClient.GetAsync()));
        sessionClient.GoTo(balancer);

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("staying", Echo.Name(await balancer.GetAsync()));
            Assert.Equal(("leaving", 1), (Echo.Name(await sessionClient.GetAsync()), sessionClient.Given));
        }
    }

    private static async Task<string> RoundsAsync(Balancer balancer, int count)
    {
        using var client = await balancer.ConnectAsync();
        string rounds = "";
        for (int i = 0; i < count; i++)
        {
            rounds += (await client.GetAsync()).Text;
        }
        return rounds;
    }
}
