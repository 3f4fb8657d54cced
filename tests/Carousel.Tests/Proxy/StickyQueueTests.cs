using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Sessions whose own server is full.</summary>
public sealed class StickyQueueTests
{
    private const long StickyMs = 500;

    [Fact]
    public void OwnServer_Full_SessionWaitsForItAndStays()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        FakeSocket client = rig.Ask("/2", rig.Cookie(2, server: 0));
        rig.Rig.Advance(StickyMs - 100);
        Assert.Equal((1, 1), (rig.Requests.Count, rig.Waiting));
        rig.RespondToAll();
        Assert.Equal((0, null), (rig.Requests[^1].Server, rig.Requests[^1].Request.Field("X-Session-Moved")));
        Assert.Null(HeldRig.Only(client).Field("Set-Cookie"));
    }

    [Fact]
    public void OwnServer_FullBeyondTheStickyWait_SessionMoves()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        FakeSocket client = rig.Ask("/2", rig.Cookie(2, server: 0));
        rig.Rig.Advance(StickyMs + 8);
        Assert.Equal((1, "server-busy"), (rig.Requests[^1].Server, rig.Requests[^1].Request.Field("X-Session-Moved")));
        Assert.Equal(0, rig.Waiting);
        rig.RespondToAll();
        Assert.NotNull(HeldRig.Only(client).Field("Set-Cookie"));
    }

    [Fact]
    public void StickyWait_Zero_SessionMovesAtOnce()
    {
        using HeldRig rig = Sticky(stickyWaitMs: 0);
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 0));
        Assert.Equal((1, "server-busy"), (rig.Requests[^1].Server, rig.Requests[^1].Request.Field("X-Session-Moved")));
    }

    /// <summary>The queue is full: a session that another server can take moves rather than fails.</summary>
    [Fact]
    public void Queue_Full_SessionMovesAtOnce()
    {
        using HeldRig rig = Sticky(queue: 0);
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 0));
        Assert.Equal((1, "server-busy"), (rig.Requests[^1].Server, rig.Requests[^1].Request.Field("X-Session-Moved")));
        HeldRig.AssertShed(HeldRig.Only(rig.Ask("/3", rig.Cookie(3, server: 0))), "queue-full");
    }

    [Fact]
    public void EveryServer_Full_SessionWaitsForAnyAfterTheStickyWait()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 1));
        rig.Ask("/3", rig.Cookie(3, server: 0));
        rig.Rig.Advance(StickyMs + 8);
        Assert.Equal((2, 1), (rig.Requests.Count, rig.Waiting));
        rig.Respond(server: 1);
        Assert.Equal((1, "server-busy"), (rig.Requests[^1].Server, rig.Requests[^1].Request.Field("X-Session-Moved")));
    }

    /// <summary>No move has been announced yet: a request that gets its own server after all carries no X-Session-Moved.</summary>
    [Fact]
    public void EveryServer_FullAndOwnIsFreeFirst_SessionStays()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 1));
        rig.Ask("/3", rig.Cookie(3, server: 0));
        rig.Rig.Advance(StickyMs + 8);
        rig.Respond(server: 0);
        Assert.Equal((0, null), (rig.Requests[^1].Server, rig.Requests[^1].Request.Field("X-Session-Moved")));
    }

    [Fact]
    public void QueuedForOneServer_AnotherHasRoom_DoesNotBlockOthers()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 1));
        rig.Ask("/own", rig.Cookie(3, server: 0));
        rig.Ask("/any");
        rig.Respond(server: 1);
        Assert.Equal((1, "/any"), (rig.Requests[^1].Server, HeldRig.PathOf(rig.Requests[^1].Request)));
        rig.Respond(server: 0);
        Assert.Equal((0, "/own"), (rig.Requests[^1].Server, HeldRig.PathOf(rig.Requests[^1].Request)));
    }

    /// <summary>However many wait for one server, an entry behind them that takes any server is found.</summary>
    [Fact]
    public void ManyQueuedForOneServer_AnotherHasRoom_OneThatTakesAnyIsServed()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 1));
        rig.Ask("/gives-up", rig.Cookie(3, server: 0));
        rig.Rig.Advance(StickyMs - 100);
        for (int i = 0; i < 100; i++)
        {
            rig.Ask("/own", rig.Cookie(10 + i, server: 0));
        }
        rig.Rig.Advance(100 + 8);
        Assert.Equal(101, rig.Waiting);
        rig.Respond(server: 1);
        Assert.Equal((1, "/gives-up"), (rig.Requests[^1].Server, HeldRig.PathOf(rig.Requests[^1].Request)));
    }

    [Fact]
    public void OwnServer_Released_RequestsAreServedInOrderOfArrival()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 1));
        rig.Ask("/any");
        rig.Ask("/own", rig.Cookie(3, server: 0));
        rig.Ask("/own-too", rig.Cookie(4, server: 0));
        rig.Respond(server: 0);
        Assert.Equal("/any", HeldRig.PathOf(rig.Requests[^1].Request));
        rig.Respond(server: 0);
        rig.Respond(server: 0);
        Assert.Equal(["/own", "/own-too"], rig.Paths.TakeLast(2));
    }

    [Fact]
    public void OwnServer_GoesDown_SessionMovesAtOnce()
    {
        using HeldRig rig = Sticky();
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 0));
        rig.SetHealth(0, false);
        Assert.Equal((1, "server-down"), (rig.Requests[^1].Server, rig.Requests[^1].Request.Field("X-Session-Moved")));
    }

    /// <summary>A draining server takes no new sessions: its own wait for it, and no other request can have its slot.</summary>
    [Fact]
    public void OwnServer_Drains_ItsSessionsWaitForIt()
    {
        using HeldRig rig = Sticky();
        Server own = rig.Rig.Pool.Current.Servers[0];
        own.Entry = own.Entry with { Drain = true, MaxRequests = 1 };
        rig.Rig.Pool.Publish(PoolBuilder.Build(rig.Rig.Pool.Current.Servers, [.. rig.Rig.Pool.Current.Servers.Select(server => rig.Rig.Pool.Current[server])]));
        rig.Ask("/1", rig.Cookie(1, server: 0));
        rig.Ask("/2", rig.Cookie(2, server: 1));
        rig.Ask("/any");
        rig.Ask("/own", rig.Cookie(3, server: 0));
        rig.Respond(server: 0);
        Assert.Equal((0, "/own"), (rig.Requests[^1].Server, HeldRig.PathOf(rig.Requests[^1].Request)));
        rig.Respond(server: 1);
        Assert.Equal((1, "/any"), (rig.Requests[^1].Server, HeldRig.PathOf(rig.Requests[^1].Request)));
    }

    private static HeldRig Sticky(long stickyWaitMs = StickyMs, int queue = 1024) => new(
        servers: 2,
        pool: new PoolOptions { Queue = queue },
        sessions: new SessionOptions { Mode = SessionMode.Sticky, StickyWait = TimeSpan.FromMilliseconds(stickyWaitMs) });
}
