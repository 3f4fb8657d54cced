using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A store that is gone, slow or refuses costs no visitor anything; what is owed is written when it is back.</summary>
public class OutageTests
{
    private const int Visitors = 4;

    /// <summary>Requests while the store is in trouble: enough to last longer than it takes to notice.</summary>
    private const int Turns = 2000;

    /// <summary>How a store gets into trouble and out of it.</summary>
    private static readonly Dictionary<string, (Func<RedisServer, Task> Break, Func<RedisServer, Task> Mend)> Failures = new()
    {
        ["killed"] = (redis => redis.KillAsync(), redis => redis.StartAsync()),
        ["frozen"] = (redis => Do(redis.Stop), redis => Do(redis.Continue)),
        ["full"] = (redis => redis.CommandAsync("CONFIG", "SET", "maxmemory", "1"), redis => redis.CommandAsync("CONFIG", "SET", "maxmemory", "0")),
        ["read-only"] = (redis => redis.CommandAsync("REPLICAOF", "127.0.0.1", "1"), redis => redis.CommandAsync("REPLICAOF", "NO", "ONE")),
        ["locked"] = (LockAsync, UnlockAsync),
    };

    public static TheoryData<string> Names => [.. Failures.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Store_InTroubleUnderLoad_NobodyNoticesAndWhatIsOwedIsWritten(string failure)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url, "--session-new-records", "100000");
        await KeyTests.SignsSharedAsync(redis, balancer);
        using var load = new SessionLoad(balancer, Visitors);
        await load.TurnsAsync(200);
        await RecordTests.RecordAsync(redis, load.Strangers.Last());

        await Failures[failure].Break(redis);
        int before = load.Strangers.Count;
        await load.TurnsAsync(Turns);
        string[] meanwhile = [.. load.Strangers.Skip(before + Visitors)];
        await Failures[failure].Mend(redis);
        await load.TurnsAsync(200);
        await load.EndAsync();

        foreach (string id in (string[])[meanwhile[0], meanwhile[^1], load.Strangers.Last()])
        {
            await RecordTests.RecordAsync(redis, id);
        }
        if (failure != "killed")
        {
            // A store that lost its data begins to count again; what was under way when the trouble came may be missing, but nothing counts twice.
            await Patience.UntilAsync(async () => await MissingAsync(redis, load) <= 0.2, "the requests of the outage to be counted");
            Assert.InRange(await MissingAsync(redis, load), 0, 0.2);
        }
    }

    [Fact]
    public async Task Store_ComesAfterTheBalancer_IsUsed()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
        using var visitor = new Visitor(balancer);
        await visitor.GetAsync();
        await redis.StartAsync();
        await RecordTests.RecordAsync(redis, visitor.Id);
        Assert.Equal(visitor.Id, Echo.Id(await visitor.GetAsync()));
        Assert.Equal(1, visitor.Given);
    }

    /// <summary>It may have counted the request, so that is not done again; what is written later must be a whole record all the same.</summary>
    [Fact]
    public async Task Store_TakesARecordAndDies_RecordIsWholeWhenItIsBack()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
        await KeyTests.SignsSharedAsync(redis, balancer);
        int lines = Lines(balancer).Length;
        redis.Stop();
        using var visitor = new Visitor(balancer);
        await visitor.GetAsync();
        await Patience.UntilAsync(() => Lines(balancer).Length > lines, "a line that says that the store does not answer");
        await redis.KillAsync();
        await redis.StartAsync();
        await RecordTests.RecordAsync(redis, visitor.Id);
    }

    [Fact]
    public async Task Store_LosesItsData_CookiesStayGoodForAllReplicas()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        string[] options = ["--session", "shared", "--store", redis.Url];
        await using var balancer = await Balancer.StartAsync(server, options);
        await KeyTests.SignsSharedAsync(redis, balancer);
        using var visitor = new Visitor(balancer);
        await visitor.GetAsync();
        StoreKey[] keys = await StoreKey.ReadAsync(redis);
        await redis.KillAsync();
        await redis.StartAsync();
        await Patience.UntilAsync(async () => (await StoreKey.ReadAsync(redis)).Any(key => key.HasSigned(visitor.Cookie!)), "the keys to be put back");
        await using var another = await Balancer.StartAsync(server, options);
        await KeyTests.SignsSharedAsync(redis, another);
        visitor.GoTo(another);
        await visitor.GetAsync();
        Assert.Equal(1, visitor.Given);
        Assert.NotEmpty(keys);
    }

    [Fact]
    public async Task Store_Trouble_IsOneLineAndItsEndAnother()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
        await KeyTests.SignsSharedAsync(redis, balancer);
        using var load = new SessionLoad(balancer, 1);
        await load.TurnsAsync(100);
        string[] atBegin = Lines(balancer);
        await redis.KillAsync();
        await Patience.UntilAsync(() => Lines(balancer).Length > atBegin.Length, "a line that says that the store is gone");
        await load.TurnsAsync(Turns);
        Assert.Equal(atBegin.Length + 1, Lines(balancer).Length);
        await redis.StartAsync();
        await Patience.UntilAsync(() => Lines(balancer).Length > atBegin.Length + 1, "a line that says that the store is back");
        await load.TurnsAsync(200);
        await load.EndAsync();
        Assert.Equal(atBegin.Length + 2, Lines(balancer).Length);
    }

    private static string[] Lines(Balancer balancer) => balancer.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The share of requests by returning visitors that their records don't count; below zero if one counts more than there were.</summary>
    private static async Task<double> MissingAsync(RedisServer redis, SessionLoad load)
    {
        long counted = 0;
        foreach ((string id, int requests) in load.Requests)
        {
            long ofThis = long.Parse((await redis.FieldsAsync(RecordTests.Key(id)))["requests"], null);
            if (ofThis > requests)
            {
                return -1;
            }
            counted += ofThis;
        }
        return 1 - (double)counted / load.Requests.Values.Sum();
    }

    private static Task Do(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    /// <summary>A password that the balancer has not, for those connected as well.</summary>
    private static async Task LockAsync(RedisServer redis)
    {
        using Resp connection = await redis.ConnectAsync();
        await connection.AskAsync("CONFIG", "SET", "requirepass", "other");
        await connection.AskAsync("AUTH", "other");
        await connection.AskAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }

    private static async Task UnlockAsync(RedisServer redis)
    {
        using Resp connection = await redis.ConnectAsync();
        await connection.AskAsync("AUTH", "other");
        await connection.AskAsync("CONFIG", "SET", "requirepass", "");
    }
}
