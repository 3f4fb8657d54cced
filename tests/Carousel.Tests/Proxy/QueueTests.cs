using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Requests that wait for a server with room, on one worker.</summary>
public sealed class QueueTests
{
    private const long QueueMs = 5_000;

    [Fact]
    public void Server_Full_RequestsAreServedInOrderOfArrival()
    {
        using var rig = new HeldRig();
        FakeSocket[] clients = [.. Enumerable.Range(1, 5).Select(i => rig.Ask($"/{i}"))];
        for (int i = 1; i <= 5; i++)
        {
            Assert.Equal((i, 5 - i), (rig.Requests.Count, rig.Waiting));
            rig.Respond();
            Assert.Equal("hello", HeldRig.Only(clients[i - 1]).Body);
        }
        Assert.Equal(["/1", "/2", "/3", "/4", "/5"], rig.Paths);
    }

    [Fact]
    public void NewRequest_ArrivesWithTheRelease_DoesNotOvertake()
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Rig.Connect(Rig.Get("/1"));
        rig.Ask("/2");
        // Its next request is there when its response is sent: in the tick in which the server has room again.
        client.Send(Rig.Bytes(Rig.Get("/3")));
        rig.RespondToAll();
        Assert.Equal(["/1", "/2", "/3"], rig.Paths);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Queue_Full_Is503AtOnceAndTheConnectionStays(int queue)
    {
        using var rig = new HeldRig(pool: new PoolOptions { Queue = queue });
        rig.Ask("/1");
        for (int i = 0; i < queue; i++)
        {
            rig.Ask("/waits");
        }
        FakeSocket client = rig.Ask("/one-too-many");
        HeldRig.AssertShed(HeldRig.Only(client), "queue-full");
        Assert.Equal((false, queue), (client.IsClosed, rig.Waiting));
        Assert.Equal(["/1"], rig.Paths);
        rig.RespondToAll();
        rig.Rig.Send(client, Rig.Get("/again"));
        rig.Respond();
        Assert.Equal([503, 200], Message.Responds(client.TakenText, ["GET", "GET"], false).Select(response => response.Status));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public void Queue_TimesOut_Is503AndTheEntryIsFree(string method)
    {
        using var rig = new HeldRig(pool: new PoolOptions { Queue = 1 });
        rig.Ask("/1");
        FakeSocket client = rig.Rig.Connect($"{method} /2 HTTP/1.1\r\nHost: h\r\n\r\n");
        rig.Rig.Advance(QueueMs - 100);
        Assert.Empty(client.TakenText);
        rig.Rig.Advance(100 + 8);
        HeldRig.AssertShed(HeldRig.Only(client, method), "queue-timeout");
        FailureEvent failure = Assert.Single(rig.Failures());
        Assert.Equal((FailureReason.QueueTimeout, "waiting for a server with room"), (failure.Reason, failure.Activity));
        Assert.Equal(0, rig.Waiting);
        rig.Rig.Send(client, Rig.Get("/3"));
        rig.RespondToAll();
        Assert.Equal(["/1", "/3"], rig.Paths);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Client_ClosesWhileQueued_EntryIsFree(bool inOrder)
    {
        using var rig = new HeldRig();
        rig.Ask("/1");
        FakeSocket closing = rig.Ask("/closing");
        rig.Ask("/3");
        if (inOrder)
        {
            closing.Finish();
        }
        else
        {
            closing.Reset();
        }
        rig.Rig.Run();
        rig.Rig.Advance(Http1ClientConnection.HalfClosedGraceMs + 8);
        Assert.Equal((true, 1), (closing.IsClosed, rig.Waiting));
        rig.RespondToAll();
        Assert.Equal(["/1", "/3"], rig.Paths);
    }

    [Fact]
    public void Server_ClosesDuringARequest_QueuedRequestIsServed()
    {
        using var rig = new HeldRig();
        FakeSocket failed = rig.Ask("/1"), queued = rig.Ask("/2");
        rig.Rig.Servers[0].Reset();
        rig.Rig.Run();
        Assert.Equal(502, HeldRig.Only(failed).Status);
        rig.Respond();
        Assert.Equal("hello", HeldRig.Only(queued).Body);
    }

    [Fact]
    public void Client_ClosesDuringItsRequest_QueuedRequestIsServed()
    {
        using var rig = new HeldRig();
        rig.Ask("/1").Reset();
        rig.Ask("/2");
        rig.Rig.Advance(Http1ClientConnection.HalfClosedGraceMs + 8);
        Assert.Equal(["/1", "/2"], rig.Paths);
    }

    [Fact]
    public void Servers_AllGoDown_QueuedRequestsFailAtOnce()
    {
        using var rig = new HeldRig(pool: new PoolOptions { Health = new() { Path = "/healthz" } }, servers: 2);
        FakeSocket[] served = [rig.Ask("/1"), rig.Ask("/2")];
        FakeSocket[] queued = [rig.Ask("/3"), rig.Ask("/4")];
        rig.SetHealth(0, false);
        Assert.All(queued, client => Assert.Empty(client.TakenText));
        rig.SetHealth(1, false);
        Assert.All(queued, client => HeldRig.AssertShed(HeldRig.Only(client), "no-server"));
        // It had left its server and was queued with the others.
        HeldRig.AssertShed(HeldRig.Only(served[0]), "server-down");
        rig.RespondToAll();
        Assert.Equal("hello", HeldRig.Only(served[1]).Body);
    }

    /// <summary>No event reports the end of an ejection.</summary>
    [Fact]
    public void Server_MayBeTriedAgain_QueuedRequestIsServed()
    {
        using var rig = new HeldRig(servers: 2);
        Server ejected = rig.Rig.Pool.Current.Servers[0];
        for (int i = 0; i < 3; i++)
        {
            rig.Rig.Pool.Outliers.OnFailure(ejected, ejected.Load.Breaker.Epoch, FailureReason.ConnectRefused, rig.Rig.Worker.Loop.Now);
        }
        rig.Ask("/1");
        rig.Ask("/2");
        Assert.Equal(["/1"], rig.Paths);
        rig.Rig.Advance(1_000 + 8);
        Assert.Equal([(1, "/1"), (0, "/2")], rig.Requests.Select(received => (received.Server, HeldRig.PathOf(received.Request))));
    }

    [Fact]
    public void Server_Recovers_QueuedRequestIsServed()
    {
        using var rig = new HeldRig(servers: 2);
        rig.SetHealth(1, false);
        rig.Ask("/1");
        rig.Ask("/2");
        Assert.Equal(["/1"], rig.Paths);
        rig.SetHealth(1, true);
        Assert.Equal(["/1", "/2"], rig.Paths);
        Assert.Equal(0, rig.Waiting);
    }

    [Fact]
    public void Max_IsRaised_ThatManyQueuedRequestsAreServed()
    {
        using var rig = new HeldRig();
        for (int i = 1; i <= 5; i++)
        {
            rig.Ask($"/{i}");
        }
        Server server = rig.Rig.Pool.Current.Servers[0];
        server.Entry = server.Entry with { MaxRequests = 3 };
        rig.Rig.Pool.Publish(rig.Rig.Pool.Current);
        rig.Rig.NotifyPoolChanged();
        Assert.Equal(["/1", "/2", "/3"], rig.Paths);
        Assert.Equal(2, rig.Waiting);
    }

    /// <summary>Requests that this server has refused can't use its room: they must not block others.</summary>
    [Fact]
    public void QueuedRequests_RefusedByTheOnlyServerWithRoom_DoNotBlockOthers()
    {
        using var rig = new HeldRig(pool: new PoolOptions { Outliers = new OutlierOptions { IsOn = false } }, servers: 2);
        rig.Rig.Network.OnConnect = to => to.AddressBytes[3] == 1 ? -Errno.ECONNREFUSED : 0;
        rig.Ask("/at-b");
        rig.Ask("/refused");
        rig.Ask("/refused-too");
        Assert.Equal(2, rig.Waiting);
        rig.Rig.Network.OnConnect = _ => 0;
        rig.Ask("/at-a");
        Assert.Equal([(1, "/at-b"), (0, "/at-a")], Received(rig));
        rig.Respond(1);
        rig.Respond(1);
        Assert.Equal([(1, "/refused"), (1, "/refused-too")], Received(rig)[2..]);
    }

    /// <summary>A kept connection closes under a retryable request: it is retried on the same server when that has room.</summary>
    [Fact]
    public void KeptConnection_ClosesAtTheOnlyServer_RequestIsRetried()
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Ask("/1");
        rig.Respond();
        rig.Rig.Send(client, Rig.Get("/2"));
        rig.Ask("/3");
        rig.Rig.Servers[0].Finish();
        rig.Rig.Run();
        rig.RespondToAll();
        Assert.Equal(["/1", "/2", "/2", "/3"], rig.Paths);
        Assert.Equal([200, 200], Message.Responds(client.TakenText, ["GET", "GET"], false).Select(response => response.Status));
    }

    [Fact]
    public void Pipelined_ServerFull_EachIsQueuedInOrder()
    {
        using var rig = new HeldRig();
        rig.Ask("/1");
        FakeSocket client = rig.Rig.Connect(Rig.Get("/a") + Rig.Get("/b") + Rig.Get("/c"));
        rig.Ask("/2");
        Assert.Equal(2, rig.Waiting);
        rig.RespondToAll();
        Assert.Equal(["/1", "/a", "/2", "/b", "/c"], rig.Paths);
        Assert.Equal(3, Message.Responds(client.TakenText, ["GET", "GET", "GET"], false).Count);
    }

    [Fact]
    public void Body_LargerThanTheBuffer_IsNotReadUntilThereIsRoom()
    {
        using var rig = new HeldRig();
        rig.Ask("/1");
        string body = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i:00000}"));
        int inUse = rig.Rig.Worker.Slab.InUse;
        FakeSocket client = rig.Rig.Connect($"POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        rig.Rig.Advance(1_000);
        Assert.True(client.Unreceived > body.Length - 64 * 1024);
        Assert.Equal(inUse + 1, rig.Rig.Worker.Slab.InUse);
        rig.RespondToAll();
        Assert.Equal(body, Message.Requests(rig.Rig.Servers[0].TakenText)[1].Body);
        Assert.Equal("hello", HeldRig.Only(client, "POST").Body);
    }

    [Fact]
    public void Drain_QueuedRequestsInTime_AreServed()
    {
        using var rig = new HeldRig();
        FakeSocket[] clients = [rig.Ask("/1"), rig.Ask("/2"), rig.Ask("/3")];
        rig.Rig.Post(new Mail(MailKind.Drain, DrainMs: 1_000));
        rig.Respond();
        rig.Respond();
        Assert.All(clients[..2], client => Assert.Equal("close", HeldRig.Only(client).Field("Connection")));
        rig.Rig.Advance(1_000 + 8);
        Assert.Equal((true, true, 0), (rig.Rig.Worker.IsOver, clients[2].IsClosed, rig.Waiting));
        rig.Rig.Worker.Upstreams.CloseKept();
    }

    [Fact]
    public void Stop_RequestsAreQueued_NothingIsLeft()
    {
        using var rig = new HeldRig();
        for (int i = 0; i < 4; i++)
        {
            rig.Ask("/");
        }
        rig.Rig.Post(new Mail(MailKind.Stop));
        Assert.All(rig.Rig.Clients, client => Assert.True(client.IsClosed));
        Assert.Equal(0, rig.Waiting);
    }

    private static List<(int Server, string Path)> Received(HeldRig rig) => [.. rig.Requests.Select(received => (received.Server, HeldRig.PathOf(received.Request)))];
}
