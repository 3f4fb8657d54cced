using System.Net;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Engine;
using Carousel.Engine.Proxy;
using Carousel.Tests.Harness;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Ring;
using Xunit;

namespace Carousel.Tests.Proxy;

public sealed class UpstreamPoolTests : IDisposable
{
    private static readonly NoOwner Owner = new();
    private static readonly IPEndPoint EndPoint = new(IPAddress.Loopback, 80);

    private readonly Server[] _servers = RingFixture.ServersOf(3);
    private readonly Pool _pool;
    private readonly Worker _worker;

    public UpstreamPoolTests()
    {
        var status = new ServerStatus([EndPoint], IsHealthy: true);
        _pool = TestPool.Of(PoolBuilder.Build([.. _servers], [status, status, status]));
        var group = new WorkerGroup(new EngineOptions(), _pool, new FailureLog());
        _worker = new Worker(group, new SilentPoller(), new FakeClock(), new InstantNetwork());
        group.Workers = [_worker];
    }

    public void Dispose() => _worker.Dispose();

    [Fact]
    public void Take_AfterManyWereKept_ReturnsTheLatestFirst()
    {
        Http1ServerConnection[] all = [.. Enumerable.Range(0, 20).Select(_ => Connect(_servers[2]))];
        Array.ForEach(all, Keep);
        Assert.All(all.Reverse(), expected => Assert.Same(expected, _worker.Upstreams.Take(_servers[2], Owner)));
        Assert.Null(_worker.Upstreams.Take(_servers[2], Owner));
        Assert.Null(_worker.Upstreams.Take(_servers[0], Owner));
    }

    [Fact]
    public void Keep_MoreThanTheLimit_ClosesTheRest()
    {
        Http1ServerConnection[] all = [.. Enumerable.Range(0, UpstreamPool.MaxKeptPerServer + 2).Select(_ => Connect(_servers[1]))];
        Array.ForEach(all, Keep);
        Assert.Equal(UpstreamPool.MaxKeptPerServer, all.Count(connection => connection.IsOpen && connection.IsKept));
        Assert.Equal(2, all.Count(connection => !connection.IsOpen));
    }

    [Fact]
    public void Keep_TheFirst_TakesMemoryForAFew()
    {
        Http1ServerConnection connection = Connect(_servers[0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Keep(connection);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 200);
    }

    [Fact]
    public void CloseUseless_ServerDown_ReleasesItsStack()
    {
        Http1ServerConnection[] all = [.. Enumerable.Range(0, 100).Select(_ => Connect(_servers[1]))];
        Array.ForEach(all, Keep);
        Keep(Connect(_servers[2]));
        var up = new ServerStatus([EndPoint], IsHealthy: true);
        _worker.Upstreams.CloseUseless(_pool.Current.With([(_servers[1], up with { IsHealthy = false })]));
        Assert.All(all, connection => Assert.False(connection.IsOpen));
        Http1ServerConnection again = Connect(_servers[1]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Keep(again);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 200);
        Assert.NotNull(_worker.Upstreams.Take(_servers[2], Owner));
    }

    private Http1ServerConnection Connect(Server server)
    {
        Http1ServerConnection connection = _worker.Upstreams.Rent();
        Assert.Equal(0, connection.Connect(server, EndPoint, Owner));
        return connection;
    }

    private void Keep(Http1ServerConnection connection) => _worker.Upstreams.Keep(connection, long.MaxValue);

    private sealed class NoOwner : IConnectionOwner
    {
        public void OnReady()
        {
        }
    }
}
