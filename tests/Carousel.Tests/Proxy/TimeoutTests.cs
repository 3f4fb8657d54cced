using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Each timeout fires no earlier than set and at most a tick late, with the right effect.</summary>
public sealed class TimeoutTests
{
    private static readonly EngineOptions Options = new()
    {
        HeadTimeout = TimeSpan.FromSeconds(3),
        IdleTimeout = TimeSpan.FromSeconds(40),
        BodyTimeout = TimeSpan.FromSeconds(7),
        TunnelTimeout = TimeSpan.FromSeconds(100),
    };

    private static readonly PoolOptions Timeouts = new() { ConnectTimeout = TimeSpan.FromSeconds(1), AnswerTimeout = TimeSpan.FromSeconds(50) };

    [Fact]
    public void Idle_ClientSendsNothing_IsClosed()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        FakeSocket client = rig.Connect();
        AssertClosesAfter(rig, 40_000, client);
    }

    [Fact]
    public void Idle_AfterAResponse_Restarts()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        FakeSocket client = rig.Connect();
        rig.Advance(39_000);
        rig.Send(client, Rig.Get("/"));
        AssertClosesAfter(rig, 40_000, client);
    }

    [Fact]
    public void Head_ArrivesSlowly_TimeoutIsNotExtended()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        FakeSocket client = rig.Connect("G");
        const string rest = "ET / HTTP/1.1\r\nHost: h\r\nX: y";
        foreach (char next in rest)
        {
            rig.Advance(100);
            rig.Send(client, next.ToString());
        }
        rig.Advance(3000 - 100 * rest.Length - 1);
        Assert.Empty(client.TakenText);
        rig.Advance(1 + TimingWheel.TickMs);
        Assert.StartsWith("HTTP/1.1 408 ", client.TakenText);
        Assert.Contains("head-timeout", client.TakenText);
        Assert.True(client.EndSent);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Head_SecondPipelinedArrivesSlowly_TimesOutToo()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        FakeSocket client = rig.Connect(Rig.Get("/") + "GET /2");
        rig.Advance(3000 + TimingWheel.TickMs);
        Assert.Equal([200, 408], Message.Responds(client.TakenText, ["GET", "GET"], true).Select(response => response.Status));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Connect_NoAddressConnects_Is504()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        rig.Network.OnConnect = _ => -Errno.EINPROGRESS;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        AssertRespondsAfter(rig, 1000, client, 504, "connect-timeout");
    }

    [Fact]
    public void Response_ServerIsSilent_Is504()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        AssertRespondsAfter(rig, 50_000, client, 504, "answer-timeout");
    }

    [Fact]
    public void Response_HeadArrivesSlowly_TimeoutIsNotExtended()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        foreach (char next in "HTTP/1.1 200 OK\r\n")
        {
            rig.Advance(1000);
            rig.Send(rig.Servers[0], next.ToString());
        }
        AssertRespondsAfter(rig, 50_000 - 17_000, client, 504, "answer-timeout");
    }

    [Fact]
    public void Response_OnlyInterim_TimeoutIsNotExtended()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        for (int i = 0; i < 50; i++)
        {
            rig.Advance(1000 - (i == 49 ? 1 : 0));
            rig.Send(rig.Servers[0], "HTTP/1.1 102 Processing\r\n\r\n");
        }
        Assert.Equal(50, Message.Responds(client.TakenText, ["GET"], false).Count);
        rig.Advance(1 + TimingWheel.TickMs);
        Assert.Equal("answer-timeout", Message.Responds(client.TakenText, ["GET"], false)[^1].Field("X-Carousel-Reason"));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Response_UploadTakesLong_TimeoutStartsAtItsEnd()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n");
        for (int i = 0; i < 20; i++)
        {
            rig.Advance(6000);
            rig.Send(client, "x");
        }
        AssertRespondsAfter(rig, 50_000, client, 504, "answer-timeout");
    }

    [Fact]
    public void RequestBody_Pauses_Is408()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n");
        rig.Advance(6000);
        rig.Send(client, "x");
        AssertRespondsAfter(rig, 7000, client, 408, "request-body-timeout");
        Assert.True(client.EndSent);
    }

    [Fact]
    public void RequestBody_ServerTakesNoMore_Is504()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            server.Room = 100;
            server.RoomAtATime = 0;
        };
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n" + new string('x', 1000));
        AssertRespondsAfter(rig, 7000, client, 504, "server-stalled");
    }

    /// <summary>The body timeout bounds a pause, also while the first bytes are being sent.</summary>
    [Fact]
    public void RequestHead_ServerTakesItSlowly_TimeoutRestartsWithEachPart()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            server.Room = 10;
            server.RoomAtATime = 0;
        };
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n" + new string('x', 1000));
        for (int i = 0; i < 5; i++)
        {
            rig.Advance(6000);
            rig.Servers[0].MakeRoom(10);
            rig.Run();
        }
        AssertRespondsAfter(rig, 7000, client, 504, "server-stalled");
    }

    [Fact]
    public void ResponseBody_Pauses_IsCut()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")] };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Advance(6000);
        rig.Send(rig.Servers[0], "x");
        AssertClosesAfter(rig, 7000, client);
        Assert.Equal([FailureReason.AnswerBodyTimeout], rig.Reasons());
    }

    [Fact]
    public void ResponseBody_PausesBeforeTheConnectionsEnd_IsReset()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\n\r\nhalf")] };
        FakeSocket client = rig.Connect("GET / HTTP/1.0\r\n\r\n");
        AssertClosesAfter(rig, 7000, client);
        Assert.True(client.WasAborted);
    }

    [Fact]
    public void ResponseBody_ClientTakesNothing_IsCutAndLittleWasRead()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => [Rig.Ok(new string('x', 1_000_000))] };
        rig.Worker.SpliceFrom = long.MaxValue;
        FakeSocket client = rig.Connect();
        client.Room = 5000;
        client.RoomAtATime = 0;
        rig.Send(client, Rig.Get("/"));
        Assert.InRange(rig.Servers[0].Unreceived, 900_000, 1_000_000);
        AssertClosesAfter(rig, 7000, client);
        Assert.Equal([FailureReason.ClientStalled], rig.Reasons());
    }

    [Fact]
    public void LocalResponse_ClientTakesNothing_IsCut()
    {
        using var rig = new Rig(Options, servers: 0, pool: Timeouts);
        FakeSocket client = rig.Connect();
        client.Room = 5;
        client.RoomAtATime = 0;
        rig.Send(client, Rig.Get("/"));
        AssertClosesAfter(rig, 7000, client);
    }

    [Fact]
    public void LocalResponse_ClientTakesItSlowly_TimeoutRestartsWithEachPart()
    {
        using var rig = new Rig(Options, servers: 0, pool: Timeouts);
        FakeSocket client = rig.Connect();
        client.Room = 5;
        client.RoomAtATime = 0;
        rig.Send(client, Rig.Get("/"));
        for (int i = 0; i < 5; i++)
        {
            rig.Advance(6000);
            client.MakeRoom(5);
            rig.Run();
        }
        AssertClosesAfter(rig, 7000, client);
        Assert.Equal(30, client.Taken.Length);
    }

    /// <summary>The final response may have arrived: the server is not blamed for a client that takes nothing.</summary>
    [Fact]
    public void InterimResponse_ClientTakesNothing_IsTheClientsFault()
    {
        using var rig = new Rig(Options, pool: Timeouts) { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 103 Early Hints\r\n\r\n"), Rig.Ok("hello")] };
        FakeSocket client = rig.Connect();
        client.Room = 5;
        client.RoomAtATime = 0;
        rig.Send(client, Rig.Get("/"));
        AssertClosesAfter(rig, 50_000, client);
        Assert.Equal([FailureReason.ClientStalled], rig.Reasons());
    }

    /// <summary>A client that uploads slowly has time to read the error response.</summary>
    [Theory]
    [InlineData(4_900, 6)]
    [InlineData(100, 299)]
    public void Lingering_ClientKeepsSending_IsReadForHalfAMinute(int pauseMs, int pauses)
    {
        using var rig = new Rig(Options, pool: Timeouts);
        FakeSocket client = rig.Connect("BAD\r\n\r\n");
        Assert.True(client.EndSent);
        for (int i = 0; i < pauses; i++)
        {
            rig.Advance(pauseMs);
            rig.Send(client, new string('x', 10_000));
            Assert.Equal(0, client.Unreceived);
        }
        AssertClosesAfter(rig, Lingering.LongestMs - pauseMs * pauses, client);
    }

    /// <summary>Lingering is the same after a rejected head, a rejected upload, a failure to connect, and an upload that the server rejects.</summary>
    [Theory]
    [InlineData("BAD\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nsome", 502)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nsome", 413)]
    public void Lingering_ClientPauses_IsClosedThatLongAfterItsLastByte(string request, int status)
    {
        using var rig = new Rig(Options, pool: Timeouts);
        rig.Network.OnConnect = _ => status == 502 ? -Errno.ECONNREFUSED : 0;
        FakeSocket client = rig.Connect(request);
        if (status == 413)
        {
            rig.Send(Assert.Single(rig.Servers), "HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n");
        }
        Assert.StartsWith($"HTTP/1.1 {status} ", client.TakenText);
        Assert.True(client.EndSent);
        rig.Advance(4_000);
        rig.Send(client, "more");
        rig.Advance(4_000);
        rig.Send(client, "more");
        AssertClosesAfter(rig, Lingering.PauseMs, client);
    }

    [Fact]
    public void Lingering_ClientSendsNothing_IsClosedAfterOnePause()
    {
        using var rig = new Rig(Options, pool: Timeouts);
        FakeSocket client = rig.Connect("BAD\r\n\r\n");
        AssertClosesAfter(rig, Lingering.PauseMs, client);
    }

    private static void AssertRespondsAfter(Rig rig, long milliseconds, FakeSocket client, int status, string reason)
    {
        rig.Advance(milliseconds - 1);
        Assert.Empty(client.TakenText);
        rig.Advance(1 + TimingWheel.TickMs);
        Message response = Assert.Single(Message.Responds(client.TakenText, ["GET"], client.EndSent));
        Assert.Equal(status, response.Status);
        Assert.Equal(reason, response.Field("X-Carousel-Reason"));
        Assert.All(rig.Servers, server => Assert.True(server.IsClosed));
        rig.AssertNothingLeft();
    }

    private static void AssertClosesAfter(Rig rig, long milliseconds, FakeSocket client)
    {
        rig.Advance(milliseconds - 1);
        Assert.False(client.IsClosed);
        rig.Advance(1 + TimingWheel.TickMs);
        Assert.True(client.IsClosed);
        rig.AssertNothingLeft();
    }
}
