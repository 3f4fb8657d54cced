using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Pools;

public class ServerStateTests
{
    private const string Others = "\n10.0.0.8\n10.0.0.9";

    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(10);
    private static readonly PoolOptions Options = TestPool.Options with { SlowStart = SlowStart, Outliers = new OutlierOptions { Failures = 1 } };

    private readonly FailureLog _log = new();
    private readonly ManualTime _time = new();

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    [Theory]
    [InlineData("10.0.0.1", ServerState.Up)]
    [InlineData("10.0.0.1 drain", ServerState.Draining)]
    [InlineData("10.0.0.1 weight=0", ServerState.Closed)]
    [InlineData("10.0.0.1 backup", ServerState.Standby)]
    [InlineData("nowhere", ServerState.Unresolved)]
    public void StateOf_Options_DetermineTheState(string line, ServerState expected)
    {
        PoolMembership membership = Membership(line + Others);
        Assert.Equal(expected, State(membership));
    }

    [Fact]
    public void StateOf_BackupWithoutPrimaries_IsUp()
    {
        PoolMembership membership = Membership("10.0.0.1 backup\n10.0.0.9");
        membership.SetHealth(membership.Pool.Current.Servers[1].Tag, false);
        Assert.Equal(ServerState.Up, State(membership));
    }

    [Fact]
    public void StateOf_DownAndUpAgain_IsDownThenSlowStart()
    {
        PoolMembership membership = Membership("10.0.0.1" + Others);
        membership.SetHealth(membership.Pool.Current.Servers[0].Tag, false);
        Assert.Equal(ServerState.Down, State(membership));
        membership.SetHealth(membership.Pool.Current.Servers[0].Tag, true);
        Assert.Equal(ServerState.SlowStart, State(membership, NowMs));
        _time.Advance(SlowStart);
        // Even without requests.
        Assert.Equal(ServerState.Up, State(membership, NowMs));
    }

    [Fact]
    public void StateOf_NewAndProbed_IsProbingUntilTheFirstVerdict()
    {
        PoolSnapshot first = PoolBuilder.Build(TestPool.Servers(ServersParser.Parse("10.0.0.1" + Others).Servers), probed: true);
        var membership = TestPool.Of(first, TestPool.Probed).Membership;
        Assert.Equal(ServerState.Probing, State(membership));
        membership.SetHealth(first.Servers[0].Tag, false);
        Assert.Equal(ServerState.Down, State(membership));
    }

    [Fact]
    public void StateOf_LineIsDeleted_IsLeaving()
    {
        PoolMembership membership = Membership("10.0.0.1" + Others);
        membership.Apply(ServersParser.Parse(Others).Servers);
        Assert.Equal(ServerState.Leaving, State(membership));
    }

    [Fact]
    public void StateOf_AtItsLimit_IsFull()
    {
        PoolMembership membership = Membership("10.0.0.1 max=1" + Others);
        Assert.True(membership.Pool.Current.Servers[0].Load.TryEnter(0));
        Assert.Equal(ServerState.Full, State(membership));
    }

    [Fact]
    public void StateOf_ResponseOverdue_IsSuspect()
    {
        PoolMembership membership = Membership("10.0.0.1" + Others);
        ServerLoad load = membership.Pool.Current.Servers[0].Load;
        load.OnResponse(1000, 1);
        Assert.True(load.TryEnter(10));
        Assert.Equal(ServerState.Up, State(membership, 20));
        Assert.Equal(ServerState.Suspect, State(membership, 20 + (2 * ServerLoad.MinSuspectAfterMs)));
    }

    [Fact]
    public void StateOf_RequestsFailed_IsEjectedThenOnTrial()
    {
        PoolMembership membership = Membership("10.0.0.1" + Others);
        Server server = membership.Pool.Current.Servers[0];
        membership.Pool.Outliers.OnFailure(server, server.Load.Breaker.Epoch, FailureReason.ConnectRefused, 1);
        Assert.Equal(ServerState.Ejected, State(membership));
        Assert.True(server.Load.TryEnter(100_000));
        Assert.Equal(ServerState.OnTrial, State(membership));
    }

    private static ServerState State(PoolMembership membership, long nowMs = 0) =>
        membership.Pool.Current.StateOf(membership.Pool.Current.Servers[0], nowMs);

    private PoolMembership Membership(string lines) =>
        TestPool.Of(lines, Options, _time).Membership;
}
