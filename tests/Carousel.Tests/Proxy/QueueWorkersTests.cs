using Carousel.Core.Pools;
using Carousel.Core.Sessions;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Several workers whose requests wait for the same servers.</summary>
public sealed class QueueWorkersTests
{
    [Fact]
    public void Release_NoRequestWaitsHere_OtherWorkerIsWoken()
    {
        using var rig = new HeldRig(workers: 3);
        rig.Ask("/1", worker: 0);
        FakeSocket queued = rig.Ask("/2", worker: 2);
        rig.Respond();
        rig.Respond();
        Assert.Equal("hello", HeldRig.Only(queued).Body);
    }

    [Fact]
    public void Release_OthersWaitEquallyLong_OwnGoFirst()
    {
        using var rig = new HeldRig(workers: 2);
        rig.Ask("/1", worker: 0);
        rig.Ask("/other", worker: 1);
        rig.Ask("/own", worker: 0);
        rig.RespondToAll();
        Assert.Equal(["/1", "/own", "/other"], rig.Paths);
    }

    /// <summary>No request starves because every slot is freed on the other worker.</summary>
    [Fact]
    public void Release_OtherWaitsMuchLonger_OtherGoesFirst()
    {
        using var rig = new HeldRig(workers: 2);
        rig.Ask("/1", worker: 0);
        rig.Ask("/other", worker: 1);
        rig.Rig.Advance(RequestQueue.HeadStartMs + 8);
        rig.Ask("/own", worker: 0);
        rig.Ask("/own-too", worker: 0);
        rig.RespondToAll();
        Assert.Equal(["/1", "/other", "/own", "/own-too"], rig.Paths);
    }

    [Fact]
    public void NewRequest_OthersWaitMuchLonger_DoesNotOvertakeThem()
    {
        using var rig = new HeldRig(workers: 2);
        FakeSocket client = rig.Ask("/1", worker: 0);
        rig.Ask("/other", worker: 1);
        rig.Rig.Advance(RequestQueue.HeadStartMs + 8);
        client.Send(Rig.Bytes(Rig.Get("/2")));
        rig.RespondToAll();
        Assert.Equal(["/1", "/other", "/2"], rig.Paths);
    }

    [Fact]
    public void QueueLimit_SeveralWorkers_IsShared()
    {
        using var rig = new HeldRig(pool: new PoolOptions { Queue = 2 }, workers: 2);
        rig.Ask("/1", worker: 0);
        rig.Ask("/2", worker: 0);
        rig.Ask("/3", worker: 1);
        HeldRig.AssertShed(HeldRig.Only(rig.Ask("/4", worker: 0)), "queue-full");
        HeldRig.AssertShed(HeldRig.Only(rig.Ask("/5", worker: 1)), "queue-full");
    }

    [Fact]
    public void OwnServer_ReleasedAtAnotherWorker_SessionIsServed()
    {
        using var rig = new HeldRig(servers: 2, workers: 2, sessions: new SessionOptions { Mode = SessionMode.Sticky });
        rig.Ask("/1", rig.Cookie(1, server: 0), worker: 0);
        rig.Ask("/2", rig.Cookie(2, server: 0), worker: 1);
        Assert.Equal(1, rig.Waiting);
        rig.Respond();
        Assert.Equal((0, "/2"), (rig.Requests[^1].Server, HeldRig.PathOf(rig.Requests[^1].Request)));
        Assert.Null(rig.Requests[^1].Request.Field("X-Session-Moved"));
    }

    [Fact]
    public void Pool_Changes_QueuedRequestsOfEveryWorkerAreServed()
    {
        using var rig = new HeldRig(servers: 3, workers: 2);
        rig.SetHealth(1, false);
        rig.SetHealth(2, false);
        rig.Ask("/1", worker: 0);
        rig.Ask("/2", worker: 0);
        rig.Ask("/3", worker: 1);
        rig.SetHealth(1, true);
        rig.SetHealth(2, true);
        Assert.Equal((3, 0), (rig.Requests.Count, rig.Waiting));
    }
}
