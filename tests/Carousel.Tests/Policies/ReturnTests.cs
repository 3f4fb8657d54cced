using System.Net;
using Carousel.Core.Health;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using Carousel.Tests.Ring;
using Xunit;

namespace Carousel.Tests.Policies;

/// <summary>One of five servers was out, for various reasons: some time after its return it has its share, with or without requests in between.</summary>
public sealed class ReturnTests
{
    private const int Servers = 5;

    private static readonly SlotSet None = new();

    private static readonly PoolOptions Options = new() { SlowStart = TimeSpan.FromSeconds(10), Outliers = new OutlierOptions { FirstTime = TimeSpan.FromSeconds(5) } };

    private readonly ManualTime _time = new();
    private readonly Pool _pool;
    private readonly PoolMembership _membership;
    private readonly OutlierDetector _breaker;

    public ReturnTests()
    {
        Server[] all = RingFixture.ServersOf(Servers);
        _pool = TestPool.Of(PoolBuilder.Build([.. all], [.. all.Select(_ => new ServerStatus([new IPEndPoint(IPAddress.Loopback, 1)], IsHealthy: true))]), Options, _time);
        _membership = _pool.Membership;
        _breaker = _pool.Outliers;
    }

    public enum Out
    {
        Down,
        Ejected,
        EjectedAfterStuck,
        EjectedAfterSlow,
    }

    public static TheoryData<PolicyKind, Out> All => [.. from kind in Enum.GetValues<PolicyKind>()
                                                         where kind != PolicyKind.Hash
                                                         from why in Enum.GetValues<Out>()
                                                         select (kind, why)];

    private Server First => _pool.Current.Servers[0];

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    [Theory]
    [MemberData(nameof(All))]
    public void Server_BackFor15Seconds_HasItsFullShare(PolicyKind kind, Out why)
    {
        var options = new PolicyOptions { Kind = kind };
        var picker = new Picker(PolicyFactory.Create(options, 1), PolicyFactory.Create(options, 2), new SlowStart(seed: 1));
        Pick(picker, 500);
        TakeOut(why, picker);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(0, Pick(picker, 500));

        _time.Advance(TimeSpan.FromSeconds(3));
        Return(why);
        _time.Advance(TimeSpan.FromSeconds(15));
        // Two of three draws give less than 10 of 100 once in a thousand runs.
        Assert.InRange(Pick(picker, 100), 10, 40);
    }

    /// <summary>Slow start begins on the return.</summary>
    [Theory]
    [InlineData(Out.Down)]
    [InlineData(Out.Ejected)]
    public void Server_JustBack_StartsSlowly(Out why)
    {
        var picker = new Picker(new RoundRobin(), new RoundRobin(), new SlowStart(seed: 1));
        TakeOut(why, picker);
        _time.Advance(TimeSpan.FromSeconds(10));
        Return(why);
        Assert.InRange(Pick(picker, 1_000), 5, 60);
    }

    /// <summary>All servers are new at once: none is warm.</summary>
    [Fact]
    public void Servers_FirstVerdicts_HaveNoSlowStart()
    {
        var pool = TestPool.Of(PoolBuilder.Build(_pool.Current.Servers, probed: true), Options, _time);
        var membership = pool.Membership;
        foreach (Server server in pool.Current.Servers)
        {
            membership.SetHealth(server.Tag, healthy: true);
            Assert.False(server.Load.IsRamping(NowMs));
        }
    }

    /// <summary>A connect-only probe is not a trial for a server with overdue responses.</summary>
    [Fact]
    public void ProbeWentWell_ResponsesOverdue_OnlyAResponseCounts()
    {
        Assert.True(First.Load.TryEnter(NowMs));
        First.Load.Breaker.Open(First.Load.Breaker.Epoch, new OutlierOptions(), NowMs);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_membership.ProbeWentWell(First, responded: false));
        Assert.True(_membership.ProbeWentWell(First, responded: true));
        Assert.False(_membership.ProbeWentWell(First, responded: true));
    }

    private void TakeOut(Out why, Picker picker)
    {
        switch (why)
        {
            case Out.Down:
                _membership.SetHealth(First.Tag, healthy: false);
                return;
            case Out.EjectedAfterSlow:
                First.Load.OnResponse(20_000_000, NowMs);
                break;
            case Out.EjectedAfterStuck:
                Enumerable.Range(0, 100).ToList().ForEach(_ => First.Load.TryEnter(NowMs));
                Pick(picker, 500);
                Enumerable.Range(0, 100).ToList().ForEach(_ => First.Load.Leave());
                break;
        }
        for (int i = 0; i < 3; i++)
        {
            _breaker.OnFailure(First, First.Load.Breaker.Epoch, FailureReason.ConnectRefused, NowMs);
        }
        Assert.Equal(CircuitState.Open, First.Load.Breaker.State);
    }

    private void Return(Out why)
    {
        if (why == Out.Down)
        {
            _membership.SetHealth(First.Tag, healthy: true);
        }
        else
        {
            Assert.True(_membership.ProbeWentWell(First, responded: false));
        }
    }

    /// <summary>Number of requests, of <paramref name="times"/>, that the first server got; each is answered after a millisecond.</summary>
    private int Pick(Picker picker, int times)
    {
        int first = 0;
        for (int i = 0; i < times; i++)
        {
            Server server = picker.Pick(_pool.Current, None, NowMs)!;
            first += ReferenceEquals(server, First) ? 1 : 0;
            server.Load.OnResponse(1_000, NowMs);
            server.Load.Leave();
        }
        return first;
    }
}
