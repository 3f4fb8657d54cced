using Carousel.Core.Sessions;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Which responses set a cookie.</summary>
public sealed class SessionResponseTests
{
    /// <summary>More than can be pending at a time: if each kept its pooled buffer, the next session would have no record.</summary>
    private const int ManyRequests = 1_100;

    private static readonly SessionOptions Unlimited = new() { NewRecordsPerSecond = 1_000_000 };

    [Theory]
    [InlineData("GET", "1.1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET", "1.1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET", "1.1", "HTTP/1.0 200\r\n\r\nuntil the end")]
    [InlineData("GET", "1.1", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("GET", "1.1", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")]
    [InlineData("GET", "1.1", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")]
    [InlineData("GET", "1.1", "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno")]
    [InlineData("HEAD", "1.1", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")]
    [InlineData("POST", "1.1", "HTTP/1.1 303 See\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET", "1.0", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("GET", "1.0", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public void Response_OfAServer_SetsTheCookie(string method, string version, string response)
    {
        using var rig = new SessionRig { OnRequest = _ => [Rig.Bytes(response), null] };
        Message got = rig.Ask(method: method, version: version);
        Assert.Equal(rig.LastId, SessionRig.Read(SessionRig.CookieOf(got)!).Id.ToString());
        Assert.Equal(rig.LastId, Assert.Single(rig.StoreUpdates()).Id.ToString());
    }

    [Fact]
    public void Response_Interim_SetsNoCookieButTheFinalOneDoes()
    {
        using var rig = new SessionRig
        {
            OnRequest = _ => [Rig.Bytes("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"), Rig.Ok("ok")],
        };
        FakeSocket client = rig.Rig.Connect(Rig.Get("/"));
        List<Message> responses = Message.Responds(client.TakenText, ["GET"], false);
        Assert.Equal([false, false, true], responses.Select(response => SessionRig.CookieOf(response) is not null));
        Assert.Equal(1, rig.Counters.Minted);
        Assert.Single(rig.StoreUpdates());
    }

    [Fact]
    public void Response_SwitchingProtocols_SetsTheCookie()
    {
        using var rig = new SessionRig { OnRequest = _ => [Rig.Bytes("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhi"), null] };
        FakeSocket client = rig.Rig.Connect(Rig.Get("/", "Connection: upgrade\r\nUpgrade: x\r\n"));
        Assert.EndsWith("\r\nCache-Control: private\r\nConnection: upgrade\r\n\r\nhi", client.TakenText, StringComparison.Ordinal);
        Assert.Contains($"\r\nSet-Cookie: {SessionRig.CookieName}=", client.TakenText, StringComparison.Ordinal);
        Assert.Single(rig.StoreUpdates());
        client.Finish();
    }

    [Fact]
    public void Response_WithCookiesOfTheServers_KeepsThem()
    {
        using var rig = new SessionRig { OnRequest = _ => [Rig.Ok("ok", "Set-Cookie: a=b\r\nCache-Control: max-age=9\r\n")] };
        string head = rig.Ask().Head;
        Assert.Contains("\r\nSet-Cookie: a=b\r\nCache-Control: max-age=9\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nSet-Cookie: {SessionRig.CookieName}=", head, StringComparison.Ordinal);
        Assert.EndsWith("\r\nCache-Control: private", head, StringComparison.Ordinal);
    }

    [Fact]
    public void Response_Local_SetsNoCookieAndWritesNothing()
    {
        using var rig = new SessionRig(Unlimited);
        rig.Rig.Network.OnConnect = _ => -Errno.ECONNREFUSED;
        for (int i = 0; i < ManyRequests; i++)
        {
            Message response = rig.Ask();
            Assert.Equal(("connect-refused", null), (response.Field("X-Carousel-Reason"), response.Field("Set-Cookie")));
        }
        AssertNothingKept(rig);
    }

    [Fact]
    public void Response_Malformed_SetsNoCookieAndWritesNothing()
    {
        using var rig = new SessionRig(Unlimited) { OnRequest = _ => [Rig.Bytes("nonsense\r\n\r\n")] };
        for (int i = 0; i < ManyRequests; i++)
        {
            Assert.Null(rig.Ask().Field("Set-Cookie"));
        }
        AssertNothingKept(rig);
    }

    [Fact]
    public void Response_FirstChunkMalformed_SetsNoCookie()
    {
        using var rig = new SessionRig { OnRequest = _ => [Rig.Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense")] };
        Message response = rig.Ask();
        Assert.Equal((502, null), (response.Status, response.Field("Set-Cookie")));
    }

    [Fact]
    public void Request_ClientClosesBeforeTheResponse_WritesNothing()
    {
        using var rig = new SessionRig(Unlimited) { OnRequest = _ => null };
        for (int i = 0; i < ManyRequests; i++)
        {
            rig.Rig.Connect(Rig.Get("/")).Reset();
            rig.Rig.Advance(Http1ClientConnection.HalfClosedGraceMs + 100);
        }
        AssertNothingKept(rig);
    }

    [Fact]
    public void Request_Malformed_CreatesNoSession()
    {
        using var rig = new SessionRig();
        Assert.Null(rig.Ask(fields: " x\r\n").Field("Set-Cookie"));
        AssertNothingKept(rig);
    }

    private static void AssertNothingKept(SessionRig rig)
    {
        rig.Rig.Run();
        Assert.Empty(rig.StoreUpdates());
        Assert.Equal(0, rig.Counters.Minted);
        rig.Rig.Network.OnConnect = _ => 0;
        rig.OnRequest = _ => [Rig.Ok("ok")];
        Assert.NotNull(SessionRig.CookieOf(rig.Ask()));
        Assert.Single(rig.StoreUpdates());
        Assert.Equal(0, rig.Counters.Deferred);
    }
}
