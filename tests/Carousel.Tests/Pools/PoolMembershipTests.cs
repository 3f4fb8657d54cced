using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Pools;

public class PoolMembershipTests
{
    private static readonly string[] Hosts = ["api", "web"];
    private static readonly ImmutableArray<IPAddress> Addresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")];

    private readonly Pool _pool = Pool();
    private readonly PoolMembership _membership;

    public PoolMembershipTests() => _membership = _pool.Membership;

    [Fact]
    public void Build_Probed_NoServerIsInBeforeAVerdict()
    {
        Assert.Empty(Picked());
        Assert.Equal(4, _pool.Current.Servers.Length);
    }

    [Fact]
    public void SetHealth_ServerWithAnAddress_IsAddedAndRemoved()
    {
        SetHealth(1, true);
        Assert.Equal([1], Picked());
        SetHealth(1, false);
        Assert.Empty(Picked());
    }

    [Fact]
    public void SetHealth_ServerWithoutAnAddress_StaysOutUntilItHasOne()
    {
        SetHealth(0, true);
        Assert.Empty(Picked());
        _membership.SetAddresses("api", Addresses);
        Assert.Equal([0], Picked());
    }

    /// <summary>The ejection was for addresses that it no longer has.</summary>
    [Theory]
    [InlineData("10.0.0.8 10.0.0.9", true)]
    [InlineData("10.0.0.8 10.0.0.2", false)]
    public void SetAddresses_ServerIsEjected_ReturnsOnlyWithAllNewAddresses(string addresses, bool isBack)
    {
        _membership.SetAddresses("api", [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2")]);
        Server server = _pool.Current.Servers.First(server => server.Entry.Address.Host == "api");
        server.Load.Breaker.Open(server.Load.Breaker.Epoch, new OutlierOptions(), 0);
        _membership.SetAddresses("api", [.. addresses.Split(' ').Select(IPAddress.Parse)]);
        Assert.Equal(isBack ? CircuitState.Closed : CircuitState.Open, server.Load.Breaker.State);
    }

    [Fact]
    public void SetAddresses_ServerIsDown_StaysOut()
    {
        SetHealth(0, true);
        SetHealth(0, false);
        _membership.SetAddresses("api", Addresses);
        Assert.Empty(Picked());
        Assert.Equal([new IPEndPoint(Addresses[0], 1), new IPEndPoint(Addresses[1], 1)], _pool.Current.EndPoints(_pool.Current.Servers[0]));
    }

    [Fact]
    public void SetHealth_InAnyOrder_EachIsRestoredToItsPlace()
    {
        _membership.SetAddresses("api", Addresses);
        _membership.SetAddresses("web", Addresses);
        Array.ForEach([2, 0, 3, 1], slot => SetHealth(slot, true));
        Array.ForEach([1, 2], slot => SetHealth(slot, false));
        Assert.Equal([0, 3], Picked());
        Array.ForEach([2, 1], slot => SetHealth(slot, true));
        Assert.Equal([0, 1, 2, 3], Picked());
    }

    [Fact]
    public void SetHealth_Unchanged_PublishesNothing()
    {
        SetHealth(1, true);
        PoolSnapshot before = _pool.Current;
        SetHealth(1, true);
        Assert.Same(before, _pool.Current);
    }

    [Fact]
    public void SetHealth_ServerNotInThePool_ChangesNothing()
    {
        PoolSnapshot before = _pool.Current;
        _membership.SetHealth(42, true);
        Assert.Same(before, _pool.Current);
    }

    /// <summary>After every step, each server is in with an address and healthy, or out.</summary>
    [Fact]
    public void AnyUpdates_InSequence_RingAndSnapshotAgree() => Gen.Select(Gen.Int[0, 5], Gen.Bool).Array[0, 40].Sample(steps =>
    {
        var pool = Pool();
        var membership = pool.Membership;
        bool[] healthy = new bool[4];
        bool[] reachable = [false, true, true, false];
        foreach ((int what, bool good) in steps)
        {
            Update(membership, what, good);
            (what < 4 ? healthy : reachable)[what < 4 ? what : what == 4 ? 0 : 3] = good;
            Assert.Equal(Enumerable.Range(0, 4).Where(slot => healthy[slot] && reachable[slot]), Picked(pool));
        }
    });

    /// <summary>Name and probe updates are concurrent: the final state does not depend on their order.</summary>
    [Fact]
    public void AnyUpdates_Concurrent_RingAndSnapshotAgree()
    {
        for (int round = 0; round < 50; round++)
        {
            var pool = Pool();
            var membership = pool.Membership;
            Parallel.For(0, 6, what =>
            {
                var random = new Random(what);
                for (int i = 0; i < 200; i++)
                {
                    Update(membership, what, random.Next(2) == 0);
                }
                Update(membership, what, what % 2 == 0);
            });
            // 0 and 2 are healthy; "api" (0) resolves and "web" (3) does not.
            Assert.Equal([0, 2], Picked(pool));
        }
    }

    /// <summary>0 to 3: the health of a server; 4 and 5: whether a name resolves.</summary>
    private static void Update(PoolMembership membership, int what, bool good)
    {
        if (what < 4)
        {
            membership.SetHealth(membership.Pool.Current.Servers[what].Tag, good);
        }
        else
        {
            membership.SetAddresses(Hosts[what - 4], good ? Addresses : []);
        }
    }

    private static Pool Pool() =>
        TestPool.Of("api:1\n10.0.0.2\n10.0.0.3\nweb", TestPool.Probed);

    private void SetHealth(int slot, bool healthy) => _membership.SetHealth(_pool.Current.Servers[slot].Tag, healthy);

    private IEnumerable<int> Picked() => Picked(_pool);

    private static IEnumerable<int> Picked(Pool pool)
    {
        int[] inTheRing = [.. pool.Current.Primary.Ring.ToArray().Select(server => server.Slot)];
        Assert.Equal(pool.Current.Servers.Where(pool.Current.TakesNewTraffic).Select(server => server.Slot), inTheRing);
        return inTheRing;
    }
}
