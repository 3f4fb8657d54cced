using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Policies;
using Carousel.Core.Pool;
using Carousel.Tests.Control;
using Xunit;

namespace Carousel.Tests.Policies;

/// <summary>Who is asked first and who only then, whatever the policy: starting slowly, owing answers, ejected, backups.</summary>
public class PickOrderTests
{
    private const long Now = 1_000_000;
    private const int RampMs = 10_000;

    private readonly SlotSet _tried = new();

    /// <summary>A turn that is passed on is the other's, and the next begins with the slow one again: of two, it gets s of 1 + s.</summary>
    [Theory]
    [InlineData(0, 0.10)]
    [InlineData(5_000, 0.55)]
    [InlineData(9_000, 0.91)]
    [InlineData(10_000, 1.0)]
    public void Pick_StartsSlowly_GetsAGrowingShare(long afterMs, double share)
    {
        PoolSnapshot pool = Pool("a\nb");
        Picker picker = Make();
        Server slow = pool.Servers[0];
        slow.Load.StartSlowly(Now, RampMs);
        int picked = Turn(picker, pool, Now + afterMs, 4_000).Count(server => server == slow);
        Assert.InRange(picked, 4_000 * share / (1 + share) - 150, 4_000 * share / (1 + share) + 150);
        Assert.Equal(afterMs < RampMs, slow.Load.IsRamping(Now + afterMs));
    }

    [Fact]
    public void Pick_StartsSlowlyAlone_GetsAll()
    {
        PoolSnapshot pool = Pool("a");
        pool.Servers[0].Load.StartSlowly(Now, RampMs);
        Assert.DoesNotContain(null, Turn(Make(), pool, Now, 50));
    }

    [Fact]
    public void Pick_NoSlowStart_GetsItsTurns()
    {
        PoolSnapshot pool = Pool("a\nb");
        pool.Servers[0].Load.StartSlowly(Now, rampMs: 0);
        Assert.Equal(25, Turn(Make(), pool, Now, 50).Count(server => server == pool.Servers[0]));
    }

    [Fact]
    public void Pick_OwesAnAnswer_IsAskedOnlyIfNoOtherCanBe()
    {
        PoolSnapshot pool = Pool("a\nb max=1\nc backup");
        Assert.True(pool.Servers[0].Load.TryEnter(Now));
        Assert.Equal([pool.Servers[1], pool.Servers[0]], Hold(Make(), pool, Now + 1_001, 2));
    }

    /// <summary>Eight times as long as it usually takes, if that is more than a second.</summary>
    [Theory]
    [InlineData(50, 1_000)]
    [InlineData(500, 4_000)]
    public void IsSuspect_AfterItsPatience(double latencyMs, long patienceMs)
    {
        var load = new ServerLoad();
        load.OnResponse(latencyMs * 1000, Now);
        Assert.False(load.IsSuspect(Now + 100_000));
        load.TryEnter(Now);
        Assert.False(load.IsSuspect(Now + patienceMs));
        Assert.True(load.IsSuspect(Now + patienceMs + 1));
        load.OnResponse(latencyMs * 1000, Now + patienceMs + 1);
        Assert.False(load.IsSuspect(Now + patienceMs + 2));
    }

    /// <summary>What is in flight but owes nothing (a tunnel, a download) makes nobody a suspect; nor does what has left.</summary>
    [Fact]
    public void IsSuspect_NothingIsOwed_IsNot()
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

    /// <summary>It may be well again while nobody asks it: one request finds out, time after time.</summary>
    [Fact]
    public void IsSuspect_ForLong_OneRequestFindsOut()
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
    public void Pick_Ejected_IsAskedOnlyIfAllOthersAreOutOrWereTried()
    {
        PoolSnapshot pool = Pool("a\nb\nc backup");
        Eject(pool.Servers[0]);
        Assert.All(Turn(Make(), pool, Now, 10), server => Assert.Same(pool.Servers[1], server));
        Eject(pool.Servers[1]);
        Assert.All(Turn(Make(), pool, Now, 10), server => Assert.Same(pool.Servers[2], server));
        _tried.Add(pool.Servers[2]);
        Assert.Equal([0, 1], Turn(Make(), pool, Now, 10).Select(server => server!.Slot).Distinct().Order());
    }

    [Fact]
    public void Pick_TheOtherHasNoRoom_EjectedIsNotAsked()
    {
        PoolSnapshot pool = Pool("a\nb max=1");
        Eject(pool.Servers[0]);
        Assert.Equal([pool.Servers[1], null], Hold(Make(), pool, Now, 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pick_AllDown_OnlyAPanicAsks(bool panics)
    {
        PoolSnapshot pool = Pool("a\nb\nc drain\nd weight=0", isHealthy: false);
        int[] picked = [.. Turn(Make(panics: panics), pool, Now, 8).OfType<Server>().Select(server => server.Slot).Distinct().Order()];
        Assert.Equal(panics ? [0, 1] : [], picked);
    }

    [Fact]
    public void SetHealth_DownAndUp_StartsSlowlyAndIsForgiven()
    {
        var time = new ManualTime();
        long nowMs = (long)time.GetElapsedTime(0).TotalMilliseconds;
        var pool = new ServerPool(Pool("a\nb")) { SlowStart = TimeSpan.FromMilliseconds(RampMs) };
        var membership = new PoolMembership(pool, time: time);
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

    /// <summary>Picks that are given back at once.</summary>
    private Server?[] Turn(Picker picker, PoolSnapshot pool, long nowMs, int times)
    {
        var picked = new Server?[times];
        for (int i = 0; i < times; i++)
        {
            picked[i] = picker.Pick(pool, _tried, nowMs);
            picked[i]?.Load.Leave();
        }
        return picked;
    }

    /// <summary>Picks that stay.</summary>
    private Server?[] Hold(Picker picker, PoolSnapshot pool, long nowMs, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => picker.Pick(pool, _tried, nowMs))];

    private static PoolSnapshot Pool(string lines, bool isHealthy = true)
    {
        ImmutableArray<Server> servers = PoolBuilder.Servers(ServersParser.Parse(lines).Servers);
        var status = new ServerStatus([new IPEndPoint(IPAddress.Loopback, 1)], isHealthy);
        return PoolBuilder.Build(servers, [.. servers.Select(_ => status)]);
    }
}
