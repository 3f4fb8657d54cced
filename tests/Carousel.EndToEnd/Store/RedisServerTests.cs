using System.Globalization;
using Carousel.Control.Store.Client;
using Carousel.Core.Sessions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

public class RedisServerTests
{
    [Fact]
    public async Task Record_OfASession_HasAllDocumentedFields()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(redis.Url);
        var id = new SessionId(1, 2);

        user.Record(id);
        user.Record(id, isRecord: false);
        await Deadlines.UntilAsync(() => user.Store.Counters.Written >= 1 && user.Channel.Queues[0].Waiting == 0, "the record");
        await user.WrittenAsync(1);

        Dictionary<string, string> record = await redis.HashAsync(StoreUser.Key(id));
        Assert.Equal("http://127.0.0.1:8001", record["backend"]);
        Assert.Equal("192.0.2.1", record["client"]);
        Assert.Equal("test/1", record["header:user-agent"]);
        Assert.Equal("text/html, text/plain", record["header:accept"]);
        Assert.InRange(long.Parse(record["created"], CultureInfo.InvariantCulture), 1, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(record["created"], record["last_seen"]);
        Assert.InRange(int.Parse(await redis.CliAsync("ttl", StoreUser.Key(id)), CultureInfo.InvariantCulture), 86000, 86400);
        Assert.StartsWith("sessions: shared, redis://127.0.0.1:", Assert.Single(user.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_OfTwoBalancers_AreTheSame()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var one = StoreUser.Start(redis.Url);
        await using var two = StoreUser.Start(redis.Url);

        await one.StateAsync(StoreState.Connected);
        await two.StateAsync(StoreState.Connected);

        Assert.True(one.Channel.Keys.Current.Current.IsSameAs(two.Channel.Keys.Current.Current));
        Assert.InRange((await redis.HashAsync("carousel:keys")).Count, 1, 2);
    }

    [Fact]
    public async Task Server_KilledAndRestarted_GetsUnsavedUpdatesOnce()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(redis.Url);
        var id = new SessionId(3, 4);
        await user.StateAsync(StoreState.Connected);
        SessionKey key = user.Channel.Keys.Current.Current;

        await redis.KillAsync();
        await user.StateAsync(StoreState.Unreachable);
        user.Record(id);
        user.Record(id, isRecord: false);
        Assert.Equal(0, user.Store.Counters.Written);
        await redis.StartAsync();
        await user.WrittenAsync(1);

        Assert.Equal("2", (await redis.HashAsync(StoreUser.Key(id)))["requests"]);
        Assert.Equal(Convert.ToBase64String(key.Secret), (await redis.HashAsync("carousel:keys"))[key.Id.ToString(CultureInfo.InvariantCulture)]);
        string[] lines = user.Lines;
        Assert.Equal(3, lines.Length);
        Assert.Equal($"session store {redis.Url}: unreachable (connection refused): sessions continue without it; unsaved updates are written when it is back", lines[1]);
        Assert.Equal($"session store {redis.Url}: connected", lines[2]);
    }

    [Fact]
    public async Task Server_StoppedAndContinued_GetsUnsavedUpdatesAndCountsNothingTwice()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(redis.Url);
        await user.StateAsync(StoreState.Connected);
        var before = new SessionId(5, 6);
        var after = new SessionId(7, 8);

        redis.Stop();
        user.Record(before);
        await user.StateAsync(StoreState.Unreachable);
        user.Record(after);
        redis.Continue();
        await user.WrittenAsync(2);

        Assert.InRange(int.Parse((await redis.HashAsync(StoreUser.Key(before)))["requests"], CultureInfo.InvariantCulture), 0, 1);
        Assert.Equal("1", (await redis.HashAsync(StoreUser.Key(after)))["requests"]);
        Assert.Equal("192.0.2.1", (await redis.HashAsync(StoreUser.Key(before)))["client"]);
        Assert.Equal(3, user.Lines.Length);
    }

    [Fact]
    public async Task Server_StartsLater_IsUsed()
    {
        int port = FixedPort.Next();
        await using var user = StoreUser.Start($"redis://127.0.0.1:{port}");
        await user.StateAsync(StoreState.Unreachable);
        user.Record(new SessionId(9, 9));

        await using var redis = RedisServer.StartUnasked(port);
        await user.WrittenAsync(1);

        Assert.Equal(2, user.Lines.Length);
    }

    [Fact]
    public async Task Key_OfAnotherType_IsSkippedAndLoggedOnce()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        var foreign = new SessionId(10, 1);
        var ours = new SessionId(10, 2);
        await redis.CliAsync("set", StoreUser.Key(foreign), "x");
        await using var user = StoreUser.Start(redis.Url);

        user.Record(foreign);
        user.Record(ours);
        user.Record(foreign);
        await user.WrittenAsync(1);
        await Deadlines.UntilAsync(() => user.Store.Counters.Refused >= 1, "the refusal");

        Assert.Equal("x", await redis.CliAsync("get", StoreUser.Key(foreign)));
        Assert.Equal("1", (await redis.HashAsync(StoreUser.Key(ours)))["requests"]);
        Assert.Single(user.Lines, line => line.Contains("WRONGTYPE", StringComparison.Ordinal));
        Assert.Equal(StoreState.Connected, user.Store.State);
    }

    [Fact]
    public async Task Server_OutOfMemory_GetsUpdatesWhenItHasMemory()
    {
        await using RedisServer redis = await RedisServer.StartAsync("--maxmemory-policy", "noeviction");
        await using var user = StoreUser.Start(redis.Url);
        await user.StateAsync(StoreState.Connected);
        var id = new SessionId(11, 1);

        await redis.CliAsync("config", "set", "maxmemory", "1");
        user.Record(id);
        await user.StateAsync(StoreState.Refusing);
        await redis.CliAsync("config", "set", "maxmemory", "0");
        await user.WrittenAsync(1);

        Assert.Equal("1", (await redis.HashAsync(StoreUser.Key(id)))["requests"]);
        Assert.Contains("refuses writes (OOM: out of memory)", user.Lines[1], StringComparison.Ordinal);
        Assert.Equal(3, user.Lines.Length);
    }

    [Fact]
    public async Task Server_BecomesAReplica_GetsUpdatesWhenPrimaryAgain()
    {
        await using RedisServer other = await RedisServer.StartAsync();
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(redis.Url);
        await user.StateAsync(StoreState.Connected);
        var id = new SessionId(12, 1);

        await redis.CliAsync("replicaof", "127.0.0.1", other.Port.ToString(CultureInfo.InvariantCulture));
        user.Record(id);
        await user.StateAsync(StoreState.Refusing);
        await redis.CliAsync("replicaof", "no", "one");
        await user.WrittenAsync(1);

        Assert.Equal("1", (await redis.HashAsync(StoreUser.Key(id)))["requests"]);
        Assert.Single(user.Lines, line => line.Contains("READONLY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_WithAFullQueue_WritesItAll()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using (var user = StoreUser.Start(redis.Url))
        {
            await user.StateAsync(StoreState.Connected);
            for (ulong i = 0; i < 1000; i++)
            {
                user.Record(new SessionId(13, i));
            }
        }

        Assert.Equal("1001", await redis.CliAsync("dbsize"));
    }

    [Fact]
    public async Task Dispose_ServerUnreachable_LogsLostUpdates()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        var user = StoreUser.Start(redis.Url);
        await user.StateAsync(StoreState.Connected);
        await redis.KillAsync();
        await user.StateAsync(StoreState.Unreachable);
        user.Record(new SessionId(14, 1));

        await user.DisposeAsync();

        Assert.Equal($"session store {redis.Url}: 1 session updates could not be written before shutdown", user.Lines[^1]);
    }
}
