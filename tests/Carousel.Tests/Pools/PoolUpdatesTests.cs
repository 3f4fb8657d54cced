using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Pools;

/// <summary>What a pool's followers are told.</summary>
public class PoolUpdatesTests
{
    private readonly Pool _pool = TestPool.Of("10.0.0.1\n10.0.0.2\napi");
    private readonly List<string> _told = [];

    [Fact]
    public void Follow_PoolWithServers_AllAreAddedAtOnce()
    {
        _pool.Follow(Note);
        Assert.Equal(["+10.0.0.1 +10.0.0.2 +api"], _told);
    }

    [Fact]
    public void Changes_OfEachKind_AreTold()
    {
        _pool.Follow(Note);
        _told.Clear();
        _pool.Membership.SetHealth(_pool.Current.Servers[0].Tag, false);
        _pool.Membership.SetAddresses("api", [IPAddress.Loopback]);
        _pool.Membership.SetWeight(_pool.Current.Servers[1].Tag, 5);
        _pool.Membership.Apply(Entries("10.0.0.1\n10.0.0.2 weight=5\n10.0.0.4"));
        _pool.Membership.Forget(_pool.Current.Servers.Single(server => server.Entry.Address.Host == "api"));
        Assert.Equal(["~10.0.0.1", "~api", "~10.0.0.2", "+10.0.0.4 ~api", "-api"], _told);
    }

    [Fact]
    public void Changes_WithoutEffect_AreNotTold()
    {
        _pool.Follow(Note);
        _told.Clear();
        _pool.Membership.SetHealth(_pool.Current.Servers[0].Tag, true);
        _pool.Membership.Apply(Entries("10.0.0.1\n10.0.0.2\napi"));
        Assert.Empty(_told);
    }

    [Fact]
    public void Unfollow_PoolChanges_IsNotTold()
    {
        _pool.Follow(Note);
        _pool.Unfollow(Note);
        _told.Clear();
        _pool.Membership.SetHealth(_pool.Current.Servers[0].Tag, false);
        Assert.Empty(_told);
    }

    /// <summary>The change is told after the current one, to all followers, also to those that the current one has not reached.</summary>
    [Fact]
    public void Update_FollowerChangesThePool_EveryFollowerSeesBothInOrder()
    {
        bool isFirst = true;
        _pool.Follow(update =>
        {
            if (!update.Changed.IsEmpty && isFirst)
            {
                isFirst = false;
                _pool.Membership.SetHealth(_pool.Current.Servers[1].Tag, false);
            }
        });
        _pool.Follow(Note);
        _told.Clear();
        _pool.Membership.SetHealth(_pool.Current.Servers[0].Tag, false);
        Assert.Equal(["~10.0.0.1", "~10.0.0.2"], _told);
    }

    [Fact]
    public void Update_Always_RingsAgreeWithTheSnapshot()
    {
        _pool.Follow(update => Assert.Equal(
            update.After.Primary.Servers.Select(server => server.Slot).Order(),
            update.After.Primary.Ring.ToArray().Select(server => server.Slot).Order()));
        _pool.Membership.SetHealth(_pool.Current.Servers[0].Tag, false);
        _pool.Membership.SetHealth(_pool.Current.Servers[0].Tag, true);
        _pool.Membership.Apply(Entries("10.0.0.2 backup\n10.0.0.3"));
    }

    /// <summary>The lock of the membership is free: another thread can change the pool while a follower is told.</summary>
    [Fact]
    public void Update_AnotherThreadChangesThePool_IsNotBlockedByTheMembership()
    {
        using var isChanged = new ManualResetEventSlim();
        bool wasChanged = false;
        Server other = _pool.Current.Servers[1];
        Thread? thread = null;
        _pool.Follow(update =>
        {
            if (update.Changed.Contains(_pool.Current.Servers[0]))
            {
                thread = new Thread(() => _pool.Membership.SetHealth(other.Tag, false));
                thread.Start();
                wasChanged = SpinWait.SpinUntil(() => !_pool.Current.CanServe(other), TimeSpan.FromSeconds(20));
            }
        });
        _pool.Membership.SetHealth(_pool.Current.Servers[0].Tag, false);
        thread!.Join();
        Assert.True(wasChanged);
    }

    /// <summary>
    /// Any changes from several threads: a follower that only listens ends with the view of the snapshot, is told one change at a time, and of each server
    /// first that it was added.
    /// </summary>
    [Fact]
    public void AnyChanges_FromSeveralThreads_ListenersAgreeWithTheSnapshot() => Gen.Int[0, 999].Array[1, 30].Array[2, 3].Sample(threads =>
    {
        Pool pool = TestPool.Of("10.0.0.1\n10.0.0.2\n10.0.0.3", TestPool.Probed);
        var early = new Listener();
        var late = new Listener();
        pool.Follow(early.Listen);
        Parallel.For(0, threads.Length + 1, i =>
        {
            if (i == threads.Length)
            {
                pool.Follow(late.Listen);
                return;
            }
            Array.ForEach(threads[i], step => Change(pool, step));
        });
        early.AssertAgrees(pool.Current);
        late.AssertAgrees(pool.Current);
    }, iter: 200);

    private static void Change(Pool pool, int step)
    {
        ImmutableArray<Server> servers = pool.Current.Servers;
        Server server = servers[step / 10 % servers.Length];
        switch (step % 10)
        {
            case < 3:
                pool.Membership.SetHealth(server.Tag, step % 2 == 0);
                break;
            case < 5:
                pool.Membership.SetWeight(server.Tag, step % 7);
                break;
            case < 8:
                pool.Membership.Apply(Entries($"10.0.0.{1 + step % 4}\n10.0.0.{5 + step % 3}"));
                break;
            default:
                pool.Membership.Forget(server);
                break;
        }
    }

    private static ImmutableArray<ServerEntry> Entries(string lines) => ServersParser.Parse(lines).Servers;

    private void Note(PoolUpdate update) => _told.Add(string.Join(' ', ((IEnumerable<string>)
    [
        .. update.Added.Select(server => $"+{server.Entry.Address.Host}"), .. update.Changed.Select(server => $"~{server.Entry.Address.Host}"),
        .. update.Removed.Select(server => $"-{server.Entry.Address.Host}"),
    ])));

    /// <summary>A view of the pool that is built from updates only.</summary>
    private sealed class Listener
    {
        private readonly Dictionary<Server, (ServerStatus Status, ServerEntry Entry)> _view = [];
        private int _inside;

        public void Listen(PoolUpdate update)
        {
            Assert.Equal(1, Interlocked.Increment(ref _inside));
            foreach (Server server in update.Removed)
            {
                Assert.True(_view.Remove(server));
            }
            foreach (Server server in update.Added)
            {
                _view.Add(server, (update.After[server], server.Entry));
            }
            foreach (Server server in update.Changed)
            {
                Assert.True(_view.ContainsKey(server));
                _view[server] = (update.After[server], server.Entry);
            }
            Interlocked.Decrement(ref _inside);
        }

        public void AssertAgrees(PoolSnapshot pool)
        {
            Assert.Equal(pool.Servers.Select(server => server.Slot).Order(), _view.Keys.Select(server => server.Slot).Order());
            Assert.All(pool.Servers, server => Assert.Equal((pool[server], server.Entry with { Line = 0 }), (_view[server].Status, _view[server].Entry with { Line = 0 })));
        }
    }
}
