using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Policies;

/// <summary>The order of groups in a pick, for any policy: slow start, suspect, ejected, backups.</summary>
public class PickOrderTests
{
    private const long Now = 1_000_000;
    private const int RampMs = 10_000;

    private readonly SlotSet _tried = new();

    /// <summary>A declined pick goes to the other server, and the next starts with the slow one again: of two servers it gets s of 1 + s.</summary>
    [Theory]
    [InlineData(0, 0.10)]
    [InlineData(5_000, 0.55)]
    [InlineData(9_000, 0.91)]
    [InlineData(10_000, 1.0)]
    public void Pick_SlowStart_GetsAGrowingShare(long afterMs, double share)
    {
        PoolSnapshot pool = Pool("a\nb");
        Picker picker = Make();
        Server slow = pool.Servers[0];
        slow.Load.StartSlowly(Now, RampMs);
        int picked = PickAndRelease(picker, pool, Now + afterMs, 4_000).Count(server => server == slow);
        Assert.InRange(picked, 4_000 * share / (1 + share) - 150, 4_000 * share / (1 + share) + 150);
        Assert.Equal(afterMs < RampMs, slow.Load.IsRamping(Now + afterMs));
    }

    [Fact]
    public void Pick_SlowStartOfTheOnlyServer_GetsAll()
    {
        PoolSnapshot pool = Pool("a");
        pool.Servers[0].Load.StartSlowly(Now, RampMs);
        Assert.DoesNotContain(null, PickAndRelease(Make(), pool, Now, 50));
    }

    [Fact]
    public void Pick_NoSlowStart_GetsItsShare()
    {
        PoolSnapshot pool = Pool("a\nb");
        pool.Servers[0].Load.StartSlowly(Now, rampMs: 0);
        Assert.Equal(25, PickAndRelease(Make(), pool, Now, 50).Count(server => server == pool.Servers[0]));
    }

    [Fact]
    public void Pick_Suspect_IsPickedOnlyIfNoOtherCanBe()
    {
        PoolSnapshot pool = Pool("a\nb max=1\nc backup");
        Assert.True(pool.Servers[0].Load.TryEnter(Now));
        Assert.Equal([pool.Servers[1], pool.Servers[0]], Hold(Make(), pool, Now + 1_001, 2));
    }

    /// <summary>Eight times its usual latency, but at least one second.</summary>
    [Theory]
    [InlineData(50, 1_000)]
    [InlineData(500, 4_000)]
    public void IsSuspect_NoResponse_TrueAfterItsLimit(double latencyMs, long limitMs)
    {
        var load = new ServerLoad();
        load.OnResponse(latencyMs * 1000, Now);
        Assert.False(load.IsSuspect(Now + 100_000));
        load.TryEnter(Now);
        Assert.False(load.IsSuspect(Now + limitMs));
        Assert.True(load.IsSuspect(Now + limitMs + 1));
        load.OnResponse(latencyMs * 1000, Now + limitMs + 1);
        Assert.False(load.IsSuspect(Now + limitMs + 2));
    }

    /// <summary>Requests in flight that already have a response (a tunnel, a download) do not make a server suspect; nor do ended ones.</summary>
    [Fact]
    public void IsSuspect_NoResponseOutstanding_IsFalse()
    {
        var load = new ServerLoad();
        load.TryEnter(Now);
        load.OnResponse(1_000, Now);
        Assert.False(load.IsSuspect(Now + 1_000_000));
        load.TryEnter(Now);
        load.Leave();
        load.Leave();
        Assert.False(load.IsSuspect(Now + 5_000));
        load.TryEnter(Now + 5_000);
        Assert.False(load.IsSuspect(Now + 5_500));
    }

    /// <summary>It may have recovered while it got no requests: periodically one request checks it.</summary>
    [Fact]
    public void IsSuspect_RecheckTimeOver_OneRequestChecks()
    {
        var load = new ServerLoad();
        load.TryEnter(Now);
        long later = Now + 1_000 + ServerLoad.LookAgainMs;
        Assert.True(load.IsSuspect(later - 1));
        Assert.False(load.IsSuspect(later));
        load.TryEnter(later);
        Assert.True(load.IsSuspect(later));
    }

    [Fact]
    public void Pick_Ejected_IsPickedOnlyIfAllOthersAreEjectedOrTried()
    {
        PoolSnapshot pool = Pool("a\nb\nc backup");
        Eject(pool.Servers[0]);
        Assert.All(PickAndRelease(Make(), pool, Now, 10), server => Assert.Same(pool.Servers[1], server));
        Eject(pool.Servers[1]);
        Assert.All(PickAndRelease(Make(), pool, Now, 10), server => Assert.Same(pool.Servers[2], server));
        _tried.Add(pool.Servers[2]);
        Assert.Equal([0, 1], PickAndRelease(Make(), pool, Now, 10).Select(server => server!.Slot).Distinct().Order());
    }

    [Fact]
    public void Pick_OtherIsFull_EjectedIsNotPicked()
    {
        PoolSnapshot pool = Pool("a\nb max=1");
        Eject(pool.Servers[0]);
        Assert.Equal([pool.Servers[1], null], Hold(Make(), pool, Now, 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pick_AllDown_PicksOnlyInPanicMode(bool panics)
    {
        PoolSnapshot pool = Pool("a\nb\nc drain\nd weight=0", isHealthy: false);
        int[] picked = [.. PickAndRelease(Make(panics: panics), pool, Now, 8).OfType<Server>().Select(server => server.Slot).Distinct().Order()];
        Assert.Equal(panics ? [0, 1] : [], picked);
    }

    [Fact]
    public void SetHealth_DownAndUp_StartsSlowlyAndResetsBreaker()
    {
        var time = new ManualTime();
        long nowMs = (long)time.GetElapsedTime(0).TotalMilliseconds;
        var pool = TestPool.Of(Pool("a\nb"), TestPool.Options with { SlowStart = TimeSpan.FromMilliseconds(RampMs) }, time);
        var membership = pool.Membership;
        Server server = pool.Current.Servers[0];
        membership.SetHealth(server.Tag, healthy: true);
        Assert.False(server.Load.IsRamping(nowMs));
        Eject(server);
        membership.SetHealth(server.Tag, healthy: false);
        membership.SetHealth(server.Tag, healthy: true);
        Assert.True(server.Load.IsRamping(nowMs));
        Assert.Equal(CircuitState.Closed, server.Load.Breaker.State);
    }

    private static void Eject(Server server) => server.Load.Breaker.Open(server.Load.Breaker.Epoch, new OutlierOptions(), Now);

    private static Picker Make(bool panics = false) => new(new RoundRobin(), new RoundRobin(), new SlowStart(seed: 1), panics);

    /// <summary>Picks that are released at once.</summary>
    private Server?[] PickAndRelease(Picker picker, PoolSnapshot pool, long nowMs, int times)
    {
        var picked = new Server?[times];
        for (int i = 0; i < times; i++)
        {
            picked[i] = picker.Pick(pool, _tried, nowMs);
            picked[i]?.Load.Leave();
        }
        return picked;
    }

    /// <summary>Picks that are not released.</summary>
    private Server?[] Hold(Picker picker, PoolSnapshot pool, long nowMs, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => picker.Pick(pool, _tried, nowMs))];

    private static PoolSnapshot Pool(string lines, bool isHealthy = true)
    {
        ImmutableArray<Server> servers = TestPool.Servers(ServersParser.Parse(lines).Servers);
        var status = new ServerStatus([new IPEndPoint(IPAddress.Loopback, 1)], isHealthy);
        return PoolBuilder.Build(servers, [.. servers.Select(_ => status)]);
    }
}
