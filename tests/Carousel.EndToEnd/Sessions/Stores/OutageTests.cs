using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A store that is down, slow or refuses writes fails no request; unsaved updates are written when it is back.</summary>
public class OutageTests
{
    private const int Clients = 4;

    /// <summary>Requests while the store fails: enough to last longer than the detection of the failure.</summary>
    private const int Rounds = 2000;

    /// <summary>How a store is made to fail and to recover.</summary>
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
    public async Task Store_FailsUnderLoad_NoRequestFailsAndUnsavedUpdatesAreWritten(string failure)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url, "--session-new-records", "100000");
        await KeyTests.SignsSharedAsync(redis, balancer);
        using var load = new SessionLoad(balancer, Clients);
        await load.RoundsAsync(200);
        await RecordTests.RecordAsync(redis, load.NewSessions.Last());

        await Failures[failure].Break(redis);
        int before = load.NewSessions.Count;
        await load.RoundsAsync(Rounds);
        string[] meanwhile = [.. load.NewSessions.Skip(before + Clients)];
        await Failures[failure].Mend(redis);
        await load.RoundsAsync(200);
        await load.EndAsync();

        foreach (string id in (string[])[meanwhile[0], meanwhile[^1], load.NewSessions.Last()])
        {
            await RecordTests.RecordAsync(redis, id);
        }
        if (failure != "killed")
        {
            // A store that lost its data counts from zero; updates in flight at the failure may be missing, but none is counted twice.
            await Deadlines.UntilAsync(async () => await MissingAsync(redis, load) <= 0.2, "the requests of the outage to be counted");
            Assert.InRange(await MissingAsync(redis, load), 0, 0.2);
        }
    }

    [Fact]
    public async Task Store_StartsAfterTheBalancer_IsUsed()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
        using var client = new SessionClient(balancer);
        await client.GetAsync();
        await redis.StartAsync();
        await RecordTests.RecordAsync(redis, client.Id);
        Assert.Equal(client.Id, Echo.Id(await client.GetAsync()));
        Assert.Equal(1, client.Given);
    }

    /// <summary>The store may have counted the request, so it is not counted again; the later write must still be a complete record.</summary>
    [Fact]
    public async Task Store_CrashesAfterAWrite_RecordIsCompleteAfterReconnect()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
        await KeyTests.SignsSharedAsync(redis, balancer);
        int lines = Lines(balancer).Length;
        redis.Stop();
        using var client = new SessionClient(balancer);
        await client.GetAsync();
        await Deadlines.UntilAsync(() => Lines(balancer).Length > lines, "a log line about the store not responding");
        await redis.KillAsync();
        await redis.StartAsync();
        await RecordTests.RecordAsync(redis, client.Id);
    }

    [Fact]
    public async Task Store_LosesItsData_CookiesStayValidForAllReplicas()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        string[] options = ["--session", "shared", "--store", redis.Url];
        await using var balancer = await Balancer.StartAsync(server, options);
        await KeyTests.SignsSharedAsync(redis, balancer);
        using var client = new SessionClient(balancer);
        await client.GetAsync();
        StoreKey[] keys = await StoreKey.ReadAsync(redis);
        await redis.KillAsync();
        await redis.StartAsync();
        await Deadlines.UntilAsync(async () => (await StoreKey.ReadAsync(redis)).Any(key => key.HasSigned(client.Cookie!)), "the keys to be put back");
        await using var another = await Balancer.StartAsync(server, options);
        await KeyTests.SignsSharedAsync(redis, another);
        client.GoTo(another);
        await client.GetAsync();
        Assert.Equal(1, client.Given);
        Assert.NotEmpty(keys);
    }

    [Fact]
    public async Task Store_Outage_IsLoggedOnceAndItsEndOnce()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--store", redis.Url);
        await KeyTests.SignsSharedAsync(redis, balancer);
        using var load = new SessionLoad(balancer, 1);
        await load.RoundsAsync(100);
        string[] atBegin = Lines(balancer);
        await redis.KillAsync();
        await Deadlines.UntilAsync(() => Lines(balancer).Length > atBegin.Length, "a log line about the store being unreachable");
        await load.RoundsAsync(Rounds);
        Assert.Equal(atBegin.Length + 1, Lines(balancer).Length);
        await redis.StartAsync();
        await Deadlines.UntilAsync(() => Lines(balancer).Length > atBegin.Length + 1, "a log line about the store being connected");
        await load.RoundsAsync(200);
        await load.EndAsync();
        Assert.Equal(atBegin.Length + 2, Lines(balancer).Length);
    }

    private static string[] Lines(Balancer balancer) => balancer.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The share of requests of returning sessions that is missing in their records; negative if one counts more than there were.</summary>
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

    /// <summary>Sets a password that the balancer does not have, also for existing connections.</summary>
    private static async Task LockAsync(RedisServer redis)
    {
        using Resp connection = await redis.ConnectAsync();
        await connection.CommandAsync("CONFIG", "SET", "requirepass", "other");
        await connection.CommandAsync("AUTH", "other");
        await connection.CommandAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }

    private static async Task UnlockAsync(RedisServer redis)
    {
        using Resp connection = await redis.ConnectAsync();
        await connection.CommandAsync("AUTH", "other");
        await connection.CommandAsync("CONFIG", "SET", "requirepass", "");
    }
}
