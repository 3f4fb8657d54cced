using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Which connections are reused.</summary>
public sealed class ReuseTests
{
    [Fact]
    public void Server_AfterACompleteResponse_IsReused()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Send(client, Rig.Get("/2"));
        rig.Connect(Rig.Get("/3"));
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and more")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\nmore")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")]
    public void Server_ResponseForbidsReuse_IsClosed(string response)
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes(response)] };
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        Assert.True(rig.Servers[0].IsClosed);
        Assert.False(client.IsClosed);
        rig.Send(client, Rig.Get("/2"));
        Assert.Equal(2, rig.Servers.Count);
        rig.AssertNothingLeft();
    }

    /// <summary>Bytes after a response must never be taken for the response to the next request.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Server_SentBytesAfterALongResponse_IsNotReused(bool spliced)
    {
        using var rig = new Rig();
        rig.Worker.SpliceFrom = spliced ? 1000 : long.MaxValue;
        // One of these lengths, with its head, takes exactly two receives that fill the buffer.
        int two = 2 * (rig.Worker.Slab.Size - MessageBuffer.Headroom - MessageBuffer.Tailroom);
        for (int length = two - 60; length < two; length += spliced ? 20 : 1)
        {
            byte[] response = [.. Rig.Ok(new string('x', length)), .. Rig.Ok("poison")];
            rig.OnRequest = (_, request) => request.FirstLine.Contains("/large") ? [response] : [Rig.Ok("hello")];
            FakeSocket client = rig.Connect(Rig.Get("/large"));
            rig.Send(client, Rig.Get("/next"));
            Assert.DoesNotContain("poison", client.TakenText);
            client.Finish();
            rig.Advance(60_000);
        }
    }

    [Fact]
    public void Server_LargeSplicedResponse_IsReusedAndStaysKept()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Ok(new string('x', 50_000))] };
        rig.Worker.SpliceFrom = 1000;
        rig.Worker.SpliceLeast = 500;
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Servers[0].IsTouched = true; // A spurious event.
        rig.Run();
        Assert.False(rig.Servers[0].IsClosed);
        rig.Send(client, Rig.Get("/2"));
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeptServer_ClosesOrSends_IsDropped(bool closes)
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        if (closes)
        {
            rig.Servers[0].Finish();
        }
        else
        {
            rig.Servers[0].Send("HTTP/1.1 408 Request Timeout\r\n\r\n"u8);
        }
        rig.Run();
        Assert.True(rig.Servers[0].IsClosed);
        rig.Send(client, Rig.Get("/2"));
        Assert.Equal(2, Message.Responds(client.TakenText, ["GET", "GET"], false).Count(response => response.Status == 200));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void KeptServer_IdleTimeout_Expires()
    {
        using var rig = new Rig();
        rig.Connect(Rig.Get("/1"));
        rig.Advance((long)rig.Pool.Options.ServerIdleTimeout.TotalMilliseconds - 1);
        Assert.False(rig.Servers[0].IsClosed);
        rig.Advance(9);
        Assert.True(rig.Servers[0].IsClosed);
    }

    /// <summary>
    /// A request sent just as the server closes would be lost. Between the keep-alive timeout and the request no event or deadline is processed: a worker
    /// that was busy meanwhile must check the clock.
    /// </summary>
    [Theory]
    [InlineData("GET", "timeout=5", 3999, true)]
    [InlineData("POST", "timeout=5", 3999, true)]
    [InlineData("GET", "timeout=5", 4000, false)]
    [InlineData("POST", "timeout=5", 4000, false)]
    [InlineData("POST", "timeout=5", 4900, false)]
    [InlineData("POST", "timeout=2, max=7", 1000, false)]
    [InlineData("GET", "timeout=1", 0, false)]
    [InlineData("GET", "timeout=60, max=0", 0, false)]
    [InlineData("GET", "max=1", 20_000, true)]
    // The balancer's own idle timeout is still the upper bound.
    [InlineData("GET", "timeout=600", 29_999, true)]
    [InlineData("GET", "timeout=600", 30_000, false)]
    public void KeptServer_AnnouncesATimeout_IsNotUsedInItsLastSecond(string method, string keepAlive, int afterMs, bool isUsed)
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Ok("hello", $"Keep-Alive: {keepAlive}\r\n")] };
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Clock.Advance(afterMs);
        rig.Send(client, $"{method} /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal(2, Message.Responds(client.TakenText, ["GET", method], false).Count(response => response.Status == 200 && response.Field("Keep-Alive") is null));
        Assert.Equal(isUsed ? 1 : 2, rig.Servers.Count);
        Assert.Equal(!isUsed, rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    /// <summary>A slow body: when the server sent its end, and began to wait, is not known.</summary>
    [Fact]
    public void KeptServer_BodyTookLongerThanItsTimeout_IsNotReused()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\na")] };
        rig.Connect(Rig.Get("/1"));
        rig.Advance(4000);
        rig.Send(rig.Servers[0], "b");
        Assert.True(rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    /// <summary>A Keep-Alive field holds until the next response, which may have none.</summary>
    [Fact]
    public void KeptServer_NextResponseHasNoTimeout_IsKeptForTheDefault()
    {
        using var rig = new Rig { OnRequest = (_, request) => [Rig.Ok("hello", request.FirstLine.Contains(" /1 ") ? "Keep-Alive: timeout=5\r\n" : "")] };
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Send(client, Rig.Get("/2"));
        rig.Advance(20_000);
        rig.Send(client, Rig.Get("/3"));
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void KeptServers_MoreThanTheBound_AreClosed()
    {
        const int bound = 512, all = bound + 10;
        using var rig = new Rig { OnRequest = (_, _) => null };
        for (int i = 0; i < all; i++)
        {
            rig.Connect(Rig.Get("/"));
        }
        foreach (FakeSocket server in rig.Servers)
        {
            server.Send(Rig.Ok("hello"));
        }
        rig.Run();
        Assert.Equal(bound, rig.Servers.Count(server => !server.IsClosed));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Client_RequestWasRetried_ConnectionIsKept()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        // The kept connection takes a part of the next request, then fails.
        rig.Servers[0].Room = 10;
        rig.Servers[0].RoomAtATime = 0;
        rig.Send(client, Rig.Get("/2"));
        rig.Servers[0].Reset();
        rig.Run();
        List<Message> responses = Message.Responds(client.TakenText, ["GET", "GET"], false);
        Assert.Equal("hello", responses[1].Body);
        Assert.Null(responses[1].Field("Connection"));
        rig.Send(client, Rig.Get("/3"));
        Assert.Equal(2, rig.Servers.Count);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Pipelined_Requests_ResponsesAreInOrder()
    {
        using var rig = new Rig { OnRequest = (_, request) => [Rig.Ok(request.FirstLine)] };
        string[] paths = [.. Enumerable.Range(0, 300).Select(i => $"/{i}")];
        FakeSocket client = rig.Connect(string.Concat(paths.Select(path => Rig.Get(path))));
        List<Message> responses = Message.Responds(client.TakenText, paths.Select(_ => "GET"), false);
        Assert.Equal(paths.Select(path => $"GET {path} HTTP/1.1"), responses.Select(response => response.Body));
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }
}
