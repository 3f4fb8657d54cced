using Carousel.Core.Telemetry;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Draining and stopping a worker.</summary>
public sealed class ShutdownTests
{
    private const long DrainMs = 30_000;

    private static Mail Drain => new(MailKind.Drain, DrainMs: DrainMs);

    [Fact]
    public void Drain_IdleConnectionThatWasServed_ClosesAtOnce()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Post(Drain);
        Assert.True(client.IsClosed);
        Assert.True(rig.Worker.IsOver);
    }

    [Fact]
    public void Drain_ConnectionWithoutRequestYet_IsServedIfQuick()
    {
        using var rig = new Rig();
        FakeSocket quick = rig.Connect(), silent = rig.Connect();
        rig.Post(Drain);
        rig.Advance(Http1ClientConnection.HalfClosedGraceMs / 2);
        rig.Send(quick, Rig.Get("/"));
        Assert.Equal("close", Assert.Single(Message.Responds(quick.TakenText, ["GET"], quick.EndSent)).Field("Connection"));
        Assert.True(quick.IsClosed);
        Assert.False(silent.IsClosed);
        rig.Advance(Http1ClientConnection.HalfClosedGraceMs);
        Assert.True(silent.IsClosed);
        Assert.True(rig.Worker.IsOver);
    }

    [Fact]
    public void Drain_RequestJustArrived_IsServed()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        client.Send(Rig.Bytes(Rig.Get("/2")));
        client.IsTouched = false; // Its event is delivered in the next tick; the mail is first.
        rig.Post(Drain);
        Assert.Equal(2, Message.Responds(client.TakenText, ["GET", "GET"], client.EndSent).Count);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Drain_ConnectionWaitsToBeAccepted_IsServed()
    {
        using var rig = new Rig();
        rig.Network.AddToBacklog(Rig.ClientAddress(1));
        rig.Poller.MostEvents = 1; // The mail is first here too.
        rig.Post(Drain);
        FakeSocket client = Assert.Single(rig.Network.All);
        rig.Send(client, Rig.Get("/"));
        Assert.Contains("hello", client.TakenText);
    }

    [Fact]
    public void Drain_HandedOverAfterwards_ClosesToo()
    {
        using var rig = new Rig();
        rig.Post(Drain with { Fd = -1 });
        Assert.True(rig.Worker.IsOver);
        FakeSocket client = rig.Network.OpenClient(Rig.ClientAddress(1));
        rig.Group.Limits.Enter(client.Peer);
        rig.Post(new Mail(MailKind.Adopt, client.Fd, client.Peer));
        rig.Advance(Http1ClientConnection.HalfClosedGraceMs + 100);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Drain_RequestsInFlight_AreCompletedOrCutAtTheTimeout()
    {
        using var rig = new Rig { OnRequest = (_, _) => null };
        FakeSocket finished = rig.Connect(Rig.Get("/1")), stuck = rig.Connect(Rig.Get("/2"));
        rig.Post(Drain);
        rig.Advance(DrainMs - 100);
        rig.Servers[0].Send(Rig.Ok("done"));
        rig.Run();
        Assert.Equal("close", Assert.Single(Message.Responds(finished.TakenText, ["GET"], true)).Field("Connection"));
        Assert.False(stuck.IsClosed);
        rig.Advance(100);
        rig.Advance(8);
        Assert.True(stuck.IsClosed);
        Assert.True(rig.Worker.IsOver);
        Assert.Contains(FailureReason.ShuttingDown, rig.Reasons());
    }

    [Fact]
    public void Drain_Twice_StopsListeningOnce()
    {
        using var rig = new Rig { OnRequest = (_, _) => null };
        rig.Group.Workers = [rig.Worker, rig.Worker]; // Another worker is still listening.
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Post(Drain);
        rig.Post(new Mail(MailKind.Drain, DrainMs: 1000));
        Assert.True(rig.Group.IsListening);
        rig.Advance(1000);
        rig.Advance(8);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Stop_BodyThatEndsWithTheConnection_IsReset()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\n\r\nhalf of")] };
        FakeSocket client = rig.Connect("GET / HTTP/1.0\r\n\r\n");
        rig.Post(new Mail(MailKind.Stop));
        Assert.True(client.WasAborted);
        Assert.True(rig.Worker.IsOver);
    }

    [Fact]
    public void Stop_AnyState_ClosesEverything()
    {
        using var rig = new Rig { OnRequest = (_, request) => request.FirstLine.Contains("/stuck") ? null : [Rig.Ok("hello")] };
        rig.Connect();
        rig.Connect(Rig.Get("/idle"));
        rig.Connect("GET /half");
        rig.Connect(Rig.Get("/stuck"));
        rig.Connect("BAD\r\n\r\n"); // Lingers.
        rig.Post(new Mail(MailKind.Stop));
        Assert.All(rig.Clients, client => Assert.True(client.IsClosed));
        Assert.True(rig.Worker.IsOver);
        rig.Worker.Upstreams.CloseKept();
        rig.AssertNothingLeft();
    }
}
