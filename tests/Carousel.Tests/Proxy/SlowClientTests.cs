using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Clients that send or receive slower than --min-rate are disconnected; those that wait for their server never are.</summary>
public sealed class SlowClientTests
{
    private const string LongPost = "POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n";
    private const int TooLongMs = RateWindow.LengthMs + 2 * RateWindow.LookMs;
    private static readonly string FullBuffer = new('x', 40_000);

    [Theory]
    [InlineData("some")]
    [InlineData("40000 bytes")]
    public void Sender_AByteASecond_Gets408AndItsServerIsReleased(string begins)
    {
        using var rig = new HeldRig();
        FakeSocket slow = rig.Rig.Connect(LongPost + "\r\n" + (begins == "some" ? begins : FullBuffer));
        Drip(rig.Rig, slow, bytesASecond: 1, TooLongMs);
        Assert.Equal((408, "client-too-slow"), (HeldRig.Only(slow).Status, HeldRig.Only(slow).Field("X-Carousel-Reason")));
        Assert.Equal([FailureReason.ClientTooSlow], rig.Rig.Reasons());
        Assert.Equal(0, rig.Rig.Pool.Current.Servers[0].Load.InFlight);
        Assert.Equal(Core.Health.CircuitState.Closed, CircuitState(rig));
    }

    [Theory]
    [InlineData("some")]
    [InlineData("40000 bytes")]
    public void Sender_FastEnough_IsNotDisconnected(string begins)
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Rig.Connect(LongPost + "\r\n" + (begins == "some" ? begins : FullBuffer));
        Drip(rig.Rig, client, bytesASecond: 300, 60_000);
        Assert.Empty(client.TakenText);
        Assert.False(client.IsClosed);
    }

    [Fact]
    public void Receiver_AByteASecond_IsCutAndItsServerIsReleased()
    {
        using Rig rig = Limited(new EngineOptions(), bodySize: 1_000_000);
        FakeSocket slow = Receiver(rig, 5_000);
        Assert.Equal(1, rig.Pool.Current.Servers[0].Load.InFlight);
        Take(rig, slow, bytesASecond: 1, TooLongMs);
        Assert.True(slow.IsClosed);
        Assert.Equal([FailureReason.ClientTooSlow], rig.Reasons());
        Assert.Equal(0, rig.Pool.Current.Servers[0].Load.InFlight);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Receiver_FastEnough_IsNotCut()
    {
        using Rig rig = Limited(new EngineOptions(), bodySize: 1_000_000);
        FakeSocket client = Receiver(rig, 5_000);
        Take(rig, client, bytesASecond: 300, 60_000);
        Assert.False(client.IsClosed);
        client.RoomAtATime = client.Room = int.MaxValue;
        client.IsTouched = true;
        rig.Run();
        Assert.Equal(1_000_000, Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Body.Length);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Client_WaitsForItsServer_IsNotSlow()
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Rig.Connect("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok");
        Drip(rig.Rig, client, bytesASecond: 0, 30_000);
        FakeSocket server = Assert.Single(rig.Rig.Servers);
        rig.Rig.Send(server, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        for (int i = 0; i < 10; i++)
        {
            Drip(rig.Rig, client, bytesASecond: 0, 20_000);
            rig.Rig.Send(server, "x");
        }
        Assert.Equal("xxxxxxxxxx", HeldRig.Only(client, "POST").Body);
    }

    /// <summary>Both sides send at once: the server has begun to respond.</summary>
    [Fact]
    public void Sender_PausesDuringTheResponse_IsNotSlow()
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Rig.Connect(LongPost + "\r\n" + FullBuffer);
        FakeSocket server = Assert.Single(rig.Rig.Servers);
        rig.Rig.Send(server, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        for (int i = 0; i < 5; i++)
        {
            Drip(rig.Rig, client, bytesASecond: 0, 9_000);
            rig.Rig.Send(server, "x");
        }
        Assert.False(client.IsClosed);
    }

    [Fact]
    public void ExpectContinue_LateContinue_IsSlowOneWindowLater()
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Rig.Connect(LongPost + "Expect: 100-continue\r\n\r\n");
        Drip(rig.Rig, client, bytesASecond: 0, 8_000);
        rig.Rig.Send(rig.Rig.Servers[0], "HTTP/1.1 100 Continue\r\n\r\n");
        Drip(rig.Rig, client, bytesASecond: 0, 8_000);
        Assert.False(client.EndSent);
        Drip(rig.Rig, client, bytesASecond: 0, TooLongMs - 8_000);
        Assert.Contains("client-too-slow", client.TakenText);
    }

    [Fact]
    public void ExpectContinue_NoContinue_IsSlowAfterTwoWindows()
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Rig.Connect(LongPost + "Expect: 100-continue\r\n\r\n");
        Drip(rig.Rig, client, bytesASecond: 0, RateWindow.LengthMs + 8_000);
        Assert.False(client.EndSent);
        Drip(rig.Rig, client, bytesASecond: 0, TooLongMs - 8_000);
        Assert.Contains("client-too-slow", client.TakenText);
    }

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(null, false, false)]
    [InlineData(100, false, true)]
    public void MinRate_SetOrNot_DefaultDependsOnLimits(int? rate, bool hasLimit, bool isCut)
    {
        var options = new EngineOptions { MinRate = rate };
        using Rig rig = hasLimit ? Limited(options, 1_000_000) : new Rig(options) { OnRequest = (_, _) => [Rig.Ok(new string('x', 1_000_000))] };
        FakeSocket receiver = Receiver(rig, 5_000);
        Take(rig, receiver, bytesASecond: 1, 30_000);
        Assert.Equal(isCut, receiver.IsClosed);
    }

    [Fact]
    public void Exchange_NextOnTheSameConnection_IsJudgedSeparately()
    {
        using var rig = new HeldRig();
        FakeSocket client = rig.Rig.Connect("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n");
        rig.Rig.Send(client, new string('x', 29_999));
        Drip(rig.Rig, client, bytesASecond: 0, 9_000);
        client.Send(Rig.Bytes("x" + "POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n"));
        rig.Rig.Run();
        rig.Respond();
        Drip(rig.Rig, client, bytesASecond: 0, 9_000);
        Assert.Single(Message.Responds(client.TakenText, ["POST"], false));
        Assert.False(client.EndSent);
    }

    /// <summary>A slow client holds the rest of its response in the balancer's buffer, not the server.</summary>
    [Theory]
    [InlineData(100, long.MaxValue)]
    [InlineData(18_000, 1)]
    public void Response_IsFullyReceived_ServerServesOthers(int room, long spliceFrom)
    {
        using Rig rig = Limited(new EngineOptions(), bodySize: 20_000);
        rig.Worker.SpliceFrom = spliceFrom;
        FakeSocket slow = Receiver(rig, room);
        Assert.Equal(0, rig.Pool.Current.Servers[0].Load.InFlight);
        FakeSocket other = rig.Connect(Rig.Get("/other"));
        Assert.Equal(20_000, HeldRig.Only(other).Body.Length);
        Assert.Single(rig.Servers);
        slow.MakeRoom(int.MaxValue);
        rig.Run();
        Assert.Equal(20_000, HeldRig.Only(slow).Body.Length);
        rig.Send(slow, Rig.Get("/again"));
        Assert.Equal(2, Message.Responds(slow.TakenText, ["GET", "GET"], false).Count);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void SlowClients_SixtyOnTwentySlots_OthersAreServed()
    {
        using Rig rig = Limited(new EngineOptions(), bodySize: 100_000, servers: 4, max: 5);
        List<FakeSocket> slow = [];
        for (int i = 0; i < 60; i++)
        {
            slow.Add(i % 3 == 0 ? Receiver(rig, 5_000) : rig.Connect(LongPost + "\r\n" + (i % 3 == 1 ? "x" : FullBuffer)));
        }
        Drip(rig, slow[0], bytesASecond: 0, TooLongMs);
        int served = 0;
        for (int second = 0; second < 60; second++)
        {
            slow.RemoveAll(client => client.IsClosed || client.EndSent);
            slow.ForEach(client => client.Send("x"u8));
            rig.Advance(1_000);
            FakeSocket other = rig.Connect(Rig.Get("/other"));
            served += HeldRig.Only(other) is { Status: 200, IsWhole: true } ? 1 : 0;
            other.Finish();
        }
        Assert.Equal(60, served);
        rig.AssertNothingLeft();
    }

    private static Core.Health.CircuitState CircuitState(HeldRig rig) => rig.Rig.Pool.Current.Servers[0].Load.Breaker.State;

    private static Rig Limited(EngineOptions options, int bodySize, int servers = 1, int max = 1)
    {
        var rig = new Rig(options, servers) { OnRequest = (_, _) => [Rig.Ok(new string('x', bodySize))] };
        var membership = rig.Pool.Membership;
        foreach (Server server in rig.Pool.Current.Servers)
        {
            membership.SetMax(server.Tag, max);
        }
        rig.NotifyPoolChanged();
        rig.Worker.SpliceFrom = long.MaxValue;
        return rig;
    }

    /// <summary>A client that sends a request and takes <paramref name="bytes"/> bytes of the response.</summary>
    private static FakeSocket Receiver(Rig rig, int bytes)
    {
        FakeSocket client = rig.Connect();
        client.Room = bytes;
        client.RoomAtATime = 0;
        rig.Send(client, Rig.Get("/"));
        return client;
    }

    /// <summary>Advances the clock a second at a time; the client sends <paramref name="bytesASecond"/> bytes each second.</summary>
    private static void Drip(Rig rig, FakeSocket client, int bytesASecond, int milliseconds)
    {
        for (int i = 0; i < milliseconds / 1_000; i++)
        {
            rig.Advance(1_000);
            rig.Send(client, new string('x', bytesASecond));
        }
    }

    private static void Take(Rig rig, FakeSocket client, int bytesASecond, int milliseconds)
    {
        for (int i = 0; i < milliseconds / 1_000 && !client.IsClosed; i++)
        {
            rig.Advance(1_000);
            client.MakeRoom(client.IsClosed ? 0 : bytesASecond);
            rig.Run();
        }
    }
}
