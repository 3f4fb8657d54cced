using System.Runtime.CompilerServices;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Harness;
using Carousel.Tests.Pools;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Requests and connections when servers are removed from the pool.</summary>
public sealed class PoolChangeTests
{
    private const string Begun = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun";

    /// <summary>Its server drains: requests in flight are completed.</summary>
    [Fact]
    public void Draining_RequestInFlight_IsCompleted()
    {
        using var rig = new Rig(servers: 2) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        Remove(rig, 0);
        rig.Servers[0].Send(Rig.Ok("late"));
        rig.Run();
        Assert.EndsWith("late", client.TakenText);
        rig.AssertNothingLeft();
    }

    /// <summary>No more requests go there: its kept connections must not delay its removal.</summary>
    [Fact]
    public void Draining_KeptConnectionsAndNoSessions_AreClosedAndThoseOfOthersStay()
    {
        using var rig = new Rig(servers: 2);
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Send(client, Rig.Get("/2"));
        Remove(rig, 0);
        Assert.Equal((true, false), (rig.Servers[0].IsClosed, rig.Servers[1].IsClosed));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Draining_SessionsMayReturn_KeptConnectionsStayUntilRemoved()
    {
        using SessionRig sessions = SessionRig.Sticky(servers: 2);
        string cookie = sessions.Cookie(1, server: 0);
        sessions.Ask(cookie);
        PoolMembership membership = Remove(sessions.Rig, 0);
        sessions.Ask(cookie);
        Assert.Equal((0, 1), (sessions.Last.Server, sessions.Rig.Servers.Count));
        Assert.False(sessions.Rig.Servers[0].IsClosed);

        Forget(sessions.Rig, membership);
        Assert.True(sessions.Rig.Servers[0].IsClosed);
        sessions.Ask(cookie);
        Assert.Equal((1, "server-gone"), (sessions.Last.Server, sessions.Last.Request.Field("X-Session-Moved")));
    }

    [Fact]
    public void PoolChanged_IdleAndBusyClients_AllocatesNothing()
    {
        using var rig = new Rig { OnRequest = (socket, request) => request.Head.StartsWith("GET /busy", StringComparison.Ordinal) ? null : [Rig.Ok("hello")] };
        for (int i = 0; i < 50; i++)
        {
            rig.Connect(Rig.Get(i % 2 == 0 ? "/busy" : "/"));
        }
        Assert.Equal(25, rig.Worker.Clients.IdleCount);
        Assert.Equal(0, WarmAllocation.Least(10, () => PoolChanged(rig.Worker, rig.Pool.Current)));
    }

    [Fact]
    public void Removed_ResponseHasBegun_IsCut()
    {
        using var rig = new Rig(servers: 2) { OnRequest = (_, _) => [Rig.Bytes(Begun)] };
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        Forget(rig, Remove(rig, 0));
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        Assert.Equal([FailureReason.ServerGone], rig.Reasons());
        rig.AssertNothingLeft();
    }

    /// <summary>The request may have been executed: the client gets an error, and it is not retried.</summary>
    [Fact]
    public void Removed_RequestIsNotRetryable_Is503()
    {
        using var rig = new Rig(servers: 2) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        Forget(rig, Remove(rig, 0));
        Message response = Message.Responds(client.TakenText, ["POST"], client.EndSent)[^1];
        Assert.Equal((503, "server-gone"), (response.Status, response.Field("X-Carousel-Reason")));
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Removed_RequestIsRetryable_GoesToAnotherServer()
    {
        bool silent = false;
        using var rig = new Rig(servers: 2);
        rig.OnRequest = (socket, _) => silent && socket == rig.Servers[0] ? null : [Rig.Ok("hello")];
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Send(client, Rig.Get("/2"));
        silent = true;
        rig.Send(client, Rig.Get("/3"));
        Forget(rig, Remove(rig, 0));
        Assert.Equal([200, 200, 200], Message.Responds(client.TakenText, ["GET", "GET", "GET"], client.EndSent).Select(response => response.Status));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Removed_StillConnecting_GoesToAnotherServer()
    {
        using var rig = new Rig(servers: 2);
        rig.Network.OnConnect = address => address.AddressBytes[3] == 1 ? -Errno.EINPROGRESS : 0;
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        Assert.Empty(client.TakenText);
        Forget(rig, Remove(rig, 0));
        Assert.Equal(200, Message.Responds(client.TakenText, ["POST"], client.EndSent)[^1].Status);
        rig.AssertNothingLeft();
    }

    /// <summary>A new server in the slot of a removed one does not inherit its connections.</summary>
    [Fact]
    public void Removed_SlotIsReused_NewServerIsReachedOverItsOwnConnections()
    {
        using var rig = new Rig(pool: TestPool.Options, servers: 2);
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        PoolMembership membership = Remove(rig, 0);
        Server removed = rig.Pool.Current.Servers[0];
        Forget(rig, membership);
        membership.Apply([.. rig.Pool.Current.Servers.Select(server => server.Entry), PoolApplyTests.Entry("10.0.0.9:8000")]);
        Server added = rig.Pool.Current.Servers[^1];
        Assert.Equal(removed.Slot, added.Slot);
        rig.Post(new Mail(MailKind.PoolChanged));
        rig.Send(client, Rig.Get("/2"));
        rig.Send(client, Rig.Get("/3"));
        Assert.Equal([1, 2, 9], rig.Servers.Select(socket => (int)socket.Peer.AddressBytes[3]));
        rig.AssertNothingLeft();
    }

    /// <summary>Removes this server: it drains.</summary>
    private static PoolMembership Remove(Rig rig, int server)
    {
        PoolMembership membership = rig.Pool.Membership;
        Assert.Equal(ChangeResult.Done, membership.Remove(rig.Pool.Current.Servers[server].Tag));
        rig.Post(new Mail(MailKind.PoolChanged));
        return membership;
    }

    /// <summary>Its drain timeout has expired.</summary>
    private static void Forget(Rig rig, PoolMembership membership)
    {
        PoolSnapshot pool = rig.Pool.Current;
        Assert.True(membership.Forget(pool.Servers.Single(server => pool[server].IsLeaving)));
        rig.Post(new Mail(MailKind.PoolChanged));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern void PoolChanged(Worker worker, PoolSnapshot pool);
}
