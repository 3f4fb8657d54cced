using Carousel.Control.Store.Client;
using Carousel.Core.Sessions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

/// <summary>A store of several Redis servers.</summary>
public class RedisClusterTests
{
    [Fact]
    public async Task Cluster_ManySessions_AreWrittenToTheirNodes()
    {
        await using RedisCluster cluster = await RedisCluster.StartAsync();
        await using var user = StoreUser.Start(cluster.Url);
        SessionId[] ids = [.. Enumerable.Range(0, 50).Select(i => new SessionId(1, (ulong)i))];

        Array.ForEach(ids, id => user.Record(id));
        await user.WrittenAsync(ids.Length);

        foreach (SessionId id in ids)
        {
            Assert.Equal("1", (await cluster.HashAsync(StoreUser.Key(id)))["requests"]);
        }
        Assert.Single(user.Lines);
    }

    [Fact]
    public async Task Cluster_NodeKilledAndRestarted_GetsUnsavedUpdates()
    {
        await using RedisCluster cluster = await RedisCluster.StartAsync();
        await using var user = StoreUser.Start(cluster.Url);
        await user.StateAsync(StoreState.Connected);
        SessionId[] ids = [.. Enumerable.Range(0, 50).Select(i => new SessionId(2, (ulong)i))];

        await cluster.Nodes[1].KillAsync();
        Array.ForEach(ids, id => user.Record(id));
        await Deadlines.UntilAsync(() => user.Store.State is StoreState.Refusing or StoreState.Unreachable, "the loss to be noticed");
        await cluster.Nodes[1].StartAsync();
        await user.WrittenAsync(ids.Length);
        await cluster.CompleteAsync(cluster.Nodes[0]);

        foreach (SessionId id in ids)
        {
            Assert.Equal("192.0.2.1", (await cluster.HashAsync(StoreUser.Key(id)))["client"]);
        }
    }

    [Fact]
    public async Task Sentinel_PrimaryKilled_TheReplicaIsFollowed()
    {
        await using RedisSentinel set = await RedisSentinel.StartAsync();
        await using var user = StoreUser.Start(set.Url);
        user.Record(new SessionId(3, 1));
        await user.WrittenAsync(1);
        Assert.Equal("1", (await set.Primary.HashAsync(StoreUser.Key(new SessionId(3, 1))))["requests"]);

        await set.Primary.KillAsync();
        user.Record(new SessionId(3, 2));
        await user.WrittenAsync(2);

        Assert.Equal("192.0.2.1", (await set.Replica.HashAsync(StoreUser.Key(new SessionId(3, 2))))["client"]);
        Assert.Equal(StoreState.Connected, user.Store.State);
    }

    [Fact]
    public async Task Sentinel_UnknownName_IsReported()
    {
        await using RedisSentinel set = await RedisSentinel.StartAsync();
        await using var user = StoreUser.Start(set.Url.Replace(RedisSentinel.ServiceName, "nobody", StringComparison.Ordinal));

        await user.StateAsync(StoreState.Unreachable);

        Assert.Contains("the sentinels do not know nobody", user.Lines[0], StringComparison.Ordinal);
    }
}
