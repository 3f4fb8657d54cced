using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Proxy;
using Carousel.Tests.Harness;
using Carousel.Tests.Policies;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Selects servers without an exchange or a worker.</summary>
public sealed class ServerSelectionTests
{
    private const long Now = 1_000_000;
    private const ulong Gone = 999;

    private readonly Server[] _servers = [.. Enumerable.Range(0, 3).Select(slot => PolicyFixture.Server(slot))];
    private readonly Pool _pool;
    private readonly FailureLog _log = new();
    private ServerSelection _selection;

    public ServerSelectionTests()
    {
        _pool = TestPool.Of(PoolBuilder.Build([.. _servers]), TestPool.Probed, log: _log);
        _selection = New(stickyWaitMs: 500);
        _selection.Begin(ownTag: 0, key: 0);
    }

    private PoolSnapshot Snapshot => _pool.Current;

    private PoolMembership Membership => _pool.Membership;

    [Fact]
    public void Pick_NoSession_LeasesWhatThePolicyPicks()
    {
        Assert.Equal(FailureReason.None, _selection.Pick(Snapshot, Now));
        Assert.Equal(1, _selection.Server!.Load.InFlight);
        _selection.Release(Now);
        Assert.Null(_selection.Server);
        Assert.All(_servers, server => Assert.Equal(0, server.Load.InFlight));
    }

    [Fact]
    public void Pick_AfterEachIsPassedOver_NeverPicksOneTwice()
    {
        var picked = new List<Server>();
        while (true)
        {
            _selection.Pick(Snapshot, Now);
            if (_selection.Server is not { } server)
            {
                break;
            }
            picked.Add(server);
            Assert.Equal(picked.Count < 3, _selection.HasOther(Snapshot));
            _selection.PassOver(FailureReason.ConnectRefused, $"trying {server.Id}");
            _selection.Release(Now);
        }
        Assert.Equal(_servers, picked.OrderBy(server => server.Slot));
        Assert.False(_selection.MayWait(Snapshot, Now));
        Assert.Equal((FailureReason.ConnectRefused, $"trying {picked[2].Id}"), (_selection.LastFailure, _selection.LastActivity));
        Assert.True(_selection.IsConstrained);
    }

    [Fact]
    public void Begin_AfterARequestThatWasPassedOver_ForgetsIt()
    {
        Fill(but: 1);
        _selection.Pick(Snapshot, Now);
        _selection.PassOver(FailureReason.ConnectRefused, "");
        _selection.PassQueue();
        _selection.Release(Now);
        _selection.Begin(ownTag: 0, key: 0);
        Assert.Equal((false, false, FailureReason.NoServer, null),
            (_selection.IsConstrained, _selection.HasPassedQueue, _selection.LastFailure, _selection.LastActivity));
        _selection.Pick(Snapshot, Now);
        Assert.Same(_servers[1], _selection.Server);
    }

    [Fact]
    public void Pick_AllAreFull_MayWait()
    {
        Fill();
        Assert.Equal(FailureReason.None, _selection.Pick(Snapshot, Now));
        Assert.Null(_selection.Server);
        Assert.True(_selection.MayWait(Snapshot, Now));
        _selection.BeginWait(Snapshot, Now);
        Assert.False(_selection.WaitsForOwn);
        Assert.False(_selection.IsConstrained);
    }

    [Fact]
    public void Pick_OwnServer_IsLeasedWhateverThePolicySays()
    {
        for (int i = 0; i < 5; i++)
        {
            _selection.Begin(_servers[2].Tag, key: 0);
            Assert.Equal(FailureReason.None, _selection.Pick(Snapshot, Now));
            Assert.Same(_servers[2], _selection.Server);
            _selection.Release(Now);
        }
    }

    [Fact]
    public void Pick_OwnServerIsFull_WaitsForItUntilGivenUp()
    {
        Fill(but: 0);
        _selection.Begin(_servers[2].Tag, key: 0);
        Assert.Equal(FailureReason.None, _selection.Pick(Snapshot, Now));
        Assert.Null(_selection.Server);
        Assert.True(_selection.MayWait(Snapshot, Now));
        _selection.BeginWait(Snapshot, Now);
        Assert.True(_selection.WaitsForOwn);
        Assert.True(_selection.IsConstrained);

        _selection.PickOwn(Snapshot, Now);
        Assert.Null(_selection.Server);
        _selection.GiveUpOwn();
        Assert.False(_selection.WaitsForOwn);
        Assert.Equal(FailureReason.ServerBusy, _selection.Pick(Snapshot, Now));
        Assert.Same(_servers[0], _selection.Server);
    }

    [Fact]
    public void PickOwn_RoomAgain_LeasesIt()
    {
        Fill();
        _selection.Begin(_servers[2].Tag, key: 0);
        _servers[2].Load.Leave();
        _selection.PickOwn(Snapshot, Now);
        Assert.Same(_servers[2], _selection.Server);
    }

    [Fact]
    public void PickOwn_NoSession_LeasesNone()
    {
        _selection.PickOwn(Snapshot, Now);
        Assert.Null(_selection.Server);
    }

    [Fact]
    public void Pick_OwnServerIsFullAndNoStickyWait_MovesAtOnce()
    {
        Fill(but: 0);
        _selection = New(stickyWaitMs: 0);
        _selection.Begin(_servers[2].Tag, key: 0);
        Assert.Equal(FailureReason.ServerBusy, _selection.Pick(Snapshot, Now));
        Assert.Same(_servers[0], _selection.Server);
    }

    [Fact]
    public void Pick_OwnServerWasRemoved_MovesBecauseItIsGone()
    {
        _selection.Begin(Gone, key: 0);
        Assert.Equal(FailureReason.ServerGone, _selection.Pick(Snapshot, Now));
        Assert.NotNull(_selection.Server);
    }

    [Fact]
    public void Pick_OwnServerIsDown_MovesBecauseItIsDown()
    {
        Membership.SetHealth(_servers[2].Tag, healthy: false);
        _selection.Begin(_servers[2].Tag, key: 0);
        Assert.Equal(FailureReason.ServerDown, _selection.Pick(Snapshot, Now));
    }

    [Fact]
    public void Pick_OwnServerIsEjected_MovesBecauseItIsEjected()
    {
        Eject(_servers[2]);
        _selection.Begin(_servers[2].Tag, key: 0);
        Assert.Equal(FailureReason.ServerEjected, _selection.Pick(Snapshot, Now));
    }

    /// <summary>The move was announced when the server was passed over.</summary>
    [Fact]
    public void Pick_OwnServerWasPassedOver_MovesWithoutAReason()
    {
        _selection.Begin(_servers[2].Tag, key: 0);
        _selection.Pick(Snapshot, Now);
        _selection.PassOver(FailureReason.ConnectRefused, "");
        _selection.Release(Now);
        Assert.Equal(FailureReason.None, _selection.Pick(Snapshot, Now));
        Assert.NotSame(_servers[2], _selection.Server);
    }

    [Fact]
    public void Failed_OfTheLeasedServer_CountsForItsBreaker()
    {
        _selection.Begin(_servers[1].Tag, key: 0);
        for (int i = 0; i < _pool.Options.Outliers.Failures; i++)
        {
            Assert.Equal(CircuitState.Closed, _servers[1].Load.Breaker.State);
            _selection.Pick(Snapshot, Now);
            _selection.Failed(FailureReason.ConnectRefused, Now);
            _selection.Release(Now);
        }
        Assert.Equal(CircuitState.Open, _servers[1].Load.Breaker.State);
        _selection.Failed(FailureReason.ConnectRefused, Now);
    }

    /// <summary>A trial without a result is given back at the release, so the next request is the trial.</summary>
    [Fact]
    public void Release_TrialWithoutResult_NextRequestIsTheTrial()
    {
        Eject(_servers[1]);
        long later = _servers[1].Load.Breaker.TrialAt;
        _selection.Begin(_servers[1].Tag, key: 0);
        _selection.Pick(Snapshot, later);
        Assert.Equal(CircuitState.HalfOpen, _servers[1].Load.Breaker.State);
        _selection.Release(later);
        Assert.Equal(CircuitState.Open, _servers[1].Load.Breaker.State);
    }

    [Fact]
    public void Responded_Trial_ServerIsBack()
    {
        Eject(_servers[1]);
        long later = _servers[1].Load.Breaker.TrialAt;
        _selection.Begin(_servers[1].Tag, key: 0);
        _selection.Pick(Snapshot, later);
        _selection.Responded(200, later);
        _selection.Release(later);
        Assert.Equal(CircuitState.Closed, _servers[1].Load.Breaker.State);
    }

    private ServerSelection New(long stickyWaitMs) =>
        new(new Picker(new RoundRobin(), new RoundRobin(), new SlowStart(seed: 1)), _pool.Outliers, stickyWaitMs);

    /// <summary>Gives every server a limit of one request, and all but one a request.</summary>
    private void Fill(int but = -1)
    {
        foreach (Server server in _servers)
        {
            Membership.SetMax(server.Tag, 1);
            if (server.Slot != but)
            {
                Assert.True(server.Load.TryEnter(Now));
            }
        }
    }

    private void Eject(Server server)
    {
        for (int i = 0; i < _pool.Options.Outliers.Failures; i++)
        {
            _pool.Outliers.OnFailure(server, server.Load.Breaker.Epoch, FailureReason.ConnectRefused, Now);
        }
        Assert.Equal(CircuitState.Open, server.Load.Breaker.State);
    }
}
