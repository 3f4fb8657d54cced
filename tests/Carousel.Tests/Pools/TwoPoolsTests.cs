using System.Collections.Immutable;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Pools;

/// <summary>Two pools with the same servers: nothing crosses.</summary>
public class TwoPoolsTests
{
    private readonly SlotAllocator _slots = new();
    private readonly Pool _a;
    private readonly Pool _b;

    public TwoPoolsTests() => (_a, _b) = (New(), New());

    [Fact]
    public void Servers_OfTheSameUrls_AreOthersInOtherSlots()
    {
        Assert.Equal(_a.Current.Servers.Select(server => server.Tag), _b.Current.Servers.Select(server => server.Tag));
        Assert.Equal([0, 1, 2, 3], [.. _a.Current.Servers.Select(server => server.Slot), .. _b.Current.Servers.Select(server => server.Slot)]);
    }

    [Fact]
    public void Snapshot_ServerOfTheOtherPool_CanNotServe()
    {
        Assert.All(_b.Current.Servers, server => Assert.False(_a.Current.CanServe(server) || _a.Current.Contains(server)));
        Assert.All(_b.Current.Servers, server => Assert.NotSame(server, _a.Current.Find(server.Tag)));
    }

    [Fact]
    public void Failures_InOnePool_EjectNoServerOfTheOther()
    {
        Server server = _a.Current.Servers[0];
        for (int i = 0; i < _a.Options.Outliers.Failures; i++)
        {
            _a.Outliers.OnFailure(server, server.Load.Breaker.Epoch, FailureReason.ConnectRefused, nowMs: 1);
        }
        Assert.Equal(CircuitState.Open, server.Load.Breaker.State);
        Assert.All(_b.Current.Servers, other => Assert.Equal(CircuitState.Closed, other.Load.Breaker.State));
    }

    [Fact]
    public void Changes_InOnePool_AreNotThoseOfTheOther()
    {
        PoolSnapshot before = _b.Current;
        int told = 0;
        _b.Follow(_ => told++);
        Server removed = _a.Current.Servers[0];
        _a.Membership.SetHealth(_a.Current.Servers[1].Tag, false);
        _a.Membership.Remove(removed.Tag);
        Assert.True(_a.Membership.Forget(removed));
        Assert.Equal(1, told);
        Assert.Same(before, _b.Current);
        Assert.Equal(2, _b.Current.Primary.Ring.Count);
    }

    /// <summary>The slot of a removed server may go to the other pool: an array by slot holds another server there.</summary>
    [Fact]
    public void Slot_OfARemovedServer_GoesToTheOtherPool()
    {
        Server removed = _a.Current.Servers[0];
        _a.Membership.Remove(removed.Tag);
        _a.Membership.Forget(removed);
        _b.Membership.Apply(Entries("10.0.0.1\n10.0.0.2\n10.0.0.3"));
        Server added = _b.Current.Servers[2];
        Assert.Equal(removed.Slot, added.Slot);
        Assert.True(_b.Current.Contains(added) && !_b.Current.Contains(removed) && !_a.Current.Contains(added));
        Assert.All(_b.Current.Servers, server => Assert.NotEmpty(_b.Current.EndPoints(server)));
    }

    [Fact]
    public void Limits_OfOnePool_AreNotTakenByTheOther()
    {
        Assert.True(_a.Waiting.TryEnter());
        Assert.False(_a.Waiting.TryEnter());
        Assert.True(_b.Waiting.TryEnter());
        Assert.NotSame(_a.Budget, _b.Budget);
    }

    private Pool New() => new(
        PoolBuilder.Build(PoolBuilder.Servers(Entries("10.0.0.1\n10.0.0.2"), _slots)), new PoolOptions { Queue = 1 }, _slots, new FailureLog(), TimeProvider.System);

    private static ImmutableArray<ServerEntry> Entries(string lines) => ServersParser.Parse(lines).Servers;
}
