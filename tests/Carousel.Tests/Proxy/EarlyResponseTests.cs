using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Responses before the request's end, interim responses, rejections, and clients that close early.</summary>
public sealed class EarlyResponseTests
{
    private const string Upload = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n";

    [Fact]
    public void Response_BeforeTheRequestsEnd_IsForwardedAndTheRestDiscarded()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Upload + "some");
        rig.Servers[0].Send(Rig.Bytes("HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n"));
        rig.Run();
        Message response = Assert.Single(Message.Responds(client.TakenText, ["POST"], true));
        Assert.Equal(413, response.Status);
        Assert.Equal("close", response.Field("Connection"));
        Assert.True(client.EndSent && !client.IsClosed && rig.Servers[0].IsClosed);
        rig.Send(client, new string('x', 9996));
        Assert.Equal(0, client.Unreceived);
        client.Finish();
        rig.Run();
        Assert.True(client.IsClosed && !client.WasAborted);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Response_ThenServerClosesDuringTheRequest_IsForwarded()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Upload + "some");
        FakeSocket server = rig.Servers[0];
        server.Send(Rig.Bytes("HTTP/1.1 413 Too Much\r\nContent-Length: 3\r\n\r\nno!"));
        server.Finish();
        server.RefusesBytes = true;
        rig.Send(client, "more");
        Assert.Equal("no!", Assert.Single(Message.Responds(client.TakenText, ["POST"], true)).Body);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Response_StreamsInBothDirections_BothArriveComplete()
    {
        using var rig = new Rig { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Upload + "up");
        rig.Servers[0].Send(Rig.Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndown\r\n"));
        rig.Run();
        Assert.Contains("4\r\ndown\r\n", client.TakenText);
        rig.Send(client, new string('x', 9998));
        Assert.Equal(10000, Assert.Single(Message.Requests(rig.Servers[0].TakenText)).Body.Length);
        rig.Send(rig.Servers[0], "2\r\n!!\r\n0\r\n\r\n");
        Assert.Equal("down!!", Assert.Single(Message.Responds(client.TakenText, ["POST"], true)).Body);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Interim_BeforeTheBodyIsSent_ReachesTheClientFirst()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        Assert.Contains("Expect: 100-continue\r\n", rig.Servers[0].TakenText, StringComparison.OrdinalIgnoreCase);
        rig.Send(rig.Servers[0], "HTTP/1.1 100 Continue\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", client.TakenText);
        rig.Send(client, "body");
        Assert.Equal([100, 200], Message.Responds(client.TakenText, ["POST"], false).Select(response => response.Status));
        Assert.False(client.IsClosed || rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Server_ClosesAfterInterim_IsNotRetried()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 103 Early Hints\r\n\r\n"), null];
        rig.Send(client, Rig.Get("/2"));
        Assert.Equal([200, 103, 502], Message.Responds(client.TakenText, ["GET", "GET"], false).Select(response => response.Status));
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    public void ResponseBody_CutOrMalformed_ConnectionIsCutWithoutAnEnd(string response)
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes(response), null] };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.DoesNotContain(Message.Responds(client.TakenText, ["GET"], true), message => message.IsWhole);
        Assert.True(client.IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void ResponseBody_MalformedRightAfterTheHead_Is502()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nrubbish\r\n")] };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Message response = Assert.Single(Message.Responds(client.TakenText, ["GET"], false));
        Assert.Equal(502, response.Status);
        Assert.Equal("bad-answer", response.Field("X-Carousel-Reason"));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void ResponseBody_MalformedLater_ConnectionIsCutWithoutAnEnd()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"), Rig.Bytes("rubbish\r\n")] };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.DoesNotContain(Message.Responds(client.TakenText, ["GET"], true), message => message.IsWhole);
        Assert.True(client.IsClosed);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("NOT HTTP\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: y")]
    public void ResponseHead_MalformedOrCut_Is502(string response)
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes(response), null] };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.Equal("bad-answer", Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Field("X-Carousel-Reason"));
        Assert.False(client.IsClosed);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nrubbish\r\n", 400)]
    public void Request_Rejected_GetsAnErrorAndIsNeverSent(string request, int status)
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(request + Rig.Get("/smuggled"));
        Message response = Assert.Single(Message.Responds(client.TakenText, ["GET"], true));
        Assert.Equal(status, response.Status);
        Assert.Equal("close", response.Field("Connection"));
        Assert.True(client.EndSent);
        Assert.Empty(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void HalfClosedClient_QuickResponse_IsServed()
    {
        using var rig = new Rig { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect();
        client.Send(Rig.Bytes(Rig.Get("/1") + Rig.Get("/2")));
        client.Finish();
        rig.Run();
        rig.Advance(Http1ClientConnection.HalfClosedGraceMs - 100);
        rig.Send(rig.Servers[0], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        rig.Send(rig.Servers[0], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(2, Message.Responds(client.TakenText, ["GET", "GET"], true).Count);
        Assert.True(client.IsClosed);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Client_ClosesBeforeTheResponse_RequestIsAbandoned(bool resets)
    {
        using var rig = new Rig { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        if (resets)
        {
            client.Reset();
        }
        else
        {
            client.Finish();
        }
        rig.Run();
        rig.Advance(Http1ClientConnection.HalfClosedGraceMs + 8);
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void HalfClosedClient_StillTakesItsResponse_GetsAllOfIt()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")] };
        FakeSocket client = rig.Connect();
        client.Send(Rig.Bytes(Rig.Get("/")));
        client.Finish();
        rig.Run();
        for (int i = 0; i < 10; i++)
        {
            rig.Advance(Http1ClientConnection.HalfClosedGraceMs - 100);
            rig.Send(rig.Servers[0], "data");
        }
        Assert.True(Assert.Single(Message.Responds(client.TakenText, ["GET"], true)).IsWhole);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void HalfClosedClient_TakesNothingMore_IsAbandoned()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")] };
        FakeSocket client = rig.Connect();
        client.Send(Rig.Bytes(Rig.Get("/")));
        client.Finish();
        rig.Run();
        rig.Advance(Http1ClientConnection.HalfClosedGraceMs + 8);
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Lingering_FloodOfBytes_ReadsABoundedAmountPerTick()
    {
        const int readsPerTick = 16;
        using var rig = new Rig();
        FakeSocket client = rig.Connect("BAD\r\n\r\n");
        byte[] flood = new byte[100 * rig.Worker.Scratch.Length];
        client.Send(flood);
        for (int tick = 0; tick < 6; tick++)
        {
            client.IsTouched = true;
            int before = rig.Network.Calls;
            rig.Worker.Loop.RunTick();
            Assert.InRange(rig.Network.Calls - before, 0, 2 * readsPerTick);
        }
        rig.AssertNothingLeft();
    }
}
