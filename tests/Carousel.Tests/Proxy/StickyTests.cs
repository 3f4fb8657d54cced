using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Sessions stay with their server, and move without loss when it can't serve.</summary>
public sealed class StickyTests
{
    [Fact]
    public void Sessions_BoundToAServer_StayWithIt()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        for (int i = 0; i < 12; i++)
        {
            rig.Ask(rig.Cookie((ulong)i % 4, server: i % 3), method: i % 2 == 0 ? "GET" : "POST");
            Assert.Equal((i % 3, null), (rig.Last.Server, Moved(rig)));
        }
        Assert.Equal((0, 0), (rig.Counters.Moved, rig.Counters.Minted));
    }

    [Fact]
    public void Session_New_StaysWithTheServerThatRespondedFirst()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        for (int i = 0; i < 6; i++)
        {
            string cookie = SessionRig.CookieOf(rig.Ask())!;
            int server = rig.Last.Server;
            Assert.Equal((i % 3, null), (server, Moved(rig)));
            rig.Ask(cookie);
            rig.Ask(cookie);
            Assert.Equal(server, rig.Last.Server);
        }
    }

    /// <summary>A new session is bound to the server that responds, without a move.</summary>
    [Fact]
    public void Session_NewAndTheFirstServerIsDown_IsBoundToTheOneThatResponds()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        rig.Rig.Network.OnConnect = Refusing(0);
        string cookie = SessionRig.CookieOf(rig.Ask())!;
        Assert.Equal((1, null), (rig.Last.Server, Moved(rig)));
        Assert.Equal(rig.Pool.Servers[1].Tag, SessionRig.Read(cookie).ServerTag);
        Assert.Equal((1, 0), (rig.Counters.Minted, rig.Counters.Moved));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "some body")]
    [InlineData("PUT", "some body")]
    public void Server_RefusesConnections_SessionMovesWithinTheRequest(string method, string body)
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        rig.Rig.Network.OnConnect = Refusing(0);
        Message response = rig.Ask(rig.Cookie(1, server: 0), "A: b\r\n", method, body: body);
        Assert.Equal((200, 1), (response.Status, rig.Last.Server));
        string length = body.Length == 0 ? "" : $"Content-Length: {body.Length}\r\n";
        Assert.Equal(
            $"{method} / HTTP/1.1\r\nHost: h\r\nA: b\r\n{length}X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: http\r\n"
            + $"X-Session-Id: {SessionSamples.Id(1)}\r\nVia: 1.1 carousel\r\nX-Session-Moved: connect-refused\r\n\r\n{body}",
            rig.Rig.Servers[^1].TakenText);
        Assert.Equal(
            new SessionTicket(SessionSamples.Id(1), rig.Pool.Servers[1].Tag, rig.Now, SessionRig.Key.Id), SessionRig.Read(SessionRig.CookieOf(response)!));
        Assert.Equal((1, 0, 1), (rig.Counters.Moved, rig.Counters.Minted, rig.Counters.Returned));
    }

    [Fact]
    public void Session_Moved_StaysWithTheNewServerAndIsAnnouncedOnce()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        rig.Rig.Network.OnConnect = Refusing(0);
        string cookie = SessionRig.CookieOf(rig.Ask(rig.Cookie(1, server: 0)))!;
        int server = rig.Last.Server;
        rig.Rig.Network.OnConnect = _ => 0;
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(SessionRig.CookieOf(rig.Ask(cookie)));
            Assert.Equal((server, null), (rig.Last.Server, Moved(rig)));
        }
    }

    [Fact]
    public void Servers_TwoFail_ThirdGetsTheFirstReason()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        rig.Rig.Network.OnConnect = to => to.AddressBytes[3] switch { 1 => -Errno.ECONNREFUSED, 2 => -Errno.EINPROGRESS, _ => 0 };
        string body = new('b', 20_000);
        FakeSocket client = rig.Rig.Connect(
            $"POST / HTTP/1.1\r\nHost: h\r\n{SessionRig.CookieLine(rig.Cookie(1, server: 0))}Content-Length: {body.Length}\r\n\r\n{body}");
        rig.Rig.Advance(5_000);
        Assert.Equal((2, "connect-refused", body), (rig.Last.Server, Moved(rig), rig.Last.Request.Body));
        Assert.Single(rig.Last.Request.Head.Split("\r\n"), line => line.StartsWith("X-Session-Moved", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(200, Message.Responds(client.TakenText, ["POST"], false)[0].Status);
        Assert.Equal(1, rig.Counters.Moved);
    }

    [Fact]
    public void Server_DoesNotConnectInTime_SessionMoves()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        rig.Rig.Network.OnConnect = to => to.AddressBytes[3] == 1 ? -Errno.EINPROGRESS : 0;
        FakeSocket client = rig.Rig.Connect(Rig.Get("/", SessionRig.CookieLine(rig.Cookie(1, server: 0))));
        rig.Rig.Advance(5_000);
        Assert.Equal((1, "connect-timeout"), (rig.Last.Server, Moved(rig)));
        Assert.Equal(200, Message.Responds(client.TakenText, ["GET"], false)[0].Status);
    }

    /// <summary>A kept connection that closes says little about its server: the same server is tried again, and the session does not move.</summary>
    [Theory]
    [InlineData("GET", false)]
    [InlineData("GET", true)]
    [InlineData("POST", false)]
    public void KeptConnection_Closed_SameServerIsTriedAgain(string method, bool afterTheRequest)
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        string cookie = rig.Cookie(1, server: 1);
        rig.Ask(cookie);
        FakeSocket kept = rig.Rig.Servers[0];
        if (afterTheRequest)
        {
            rig.OnRequest = _ => rig.Rig.Servers.Count == 1 ? [null] : [Rig.Ok("again")];
        }
        else
        {
            kept.Reset(Errno.EPIPE);
            kept.IsTouched = false; // Its event is delivered later.
        }
        Message response = rig.Ask(cookie, method: method);
        Assert.Equal((200, null), (response.Status, SessionRig.CookieOf(response)));
        Assert.Equal(2, rig.Rig.Servers.Count);
        Assert.Equal((1, null), (rig.Last.Server, Moved(rig)));
        Assert.Equal(0, rig.Counters.Moved);
    }

    [Fact]
    public void KeptConnection_ClosedAndTheServerIsDown_SessionMoves()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        string cookie = rig.Cookie(1, server: 0);
        rig.Ask(cookie);
        rig.Rig.Network.OnConnect = Refusing(0);
        rig.OnRequest = _ => rig.Rig.Servers.Count == 1 ? [null] : [Rig.Ok("hello")];
        Message response = rig.Ask(cookie);
        Assert.Equal((200, 1, "connect-refused"), (response.Status, rig.Last.Server, Moved(rig)));
        Assert.Equal(rig.Pool.Servers[1].Tag, SessionRig.Read(SessionRig.CookieOf(response)!).ServerTag);
    }

    [Fact]
    public void Server_NotInThePoolAnyMore_SessionMoves()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        string cookie = rig.Cookie(1, server: 1);
        PoolSnapshot pool = rig.Pool;
        Publish(rig, [pool.Servers[0]]);
        Message response = rig.Ask(cookie);
        Assert.Equal((0, "server-gone"), (rig.Last.Server, Moved(rig)));
        Assert.Equal(pool.Servers[0].Tag, SessionRig.Read(SessionRig.CookieOf(response)!).ServerTag);
    }

    [Fact]
    public void Server_NotInThePoolAndTheNextIsDown_ThirdGetsTheFirstReason()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        string cookie = rig.Cookie(1, server: 2);
        Publish(rig, [.. rig.Pool.Servers[..2]]);
        rig.Rig.Network.OnConnect = Refusing(0);
        rig.Ask(cookie);
        Assert.Equal((1, "server-gone"), (rig.Last.Server, Moved(rig)));
    }

    [Fact]
    public void Server_NameDoesNotResolve_SessionMoves()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        PoolSnapshot pool = rig.Pool;
        rig.Rig.Pool.Publish(PoolBuilder.Build(pool.Servers, [pool[pool.Servers[0]], pool[pool.Servers[1]] with { EndPoints = [] }]));
        rig.Ask(rig.Cookie(1, server: 1));
        Assert.Equal((0, "name-unresolved"), (rig.Last.Server, Moved(rig)));
    }

    [Fact]
    public void Server_FoundDownByProbes_SessionMovesAndAnUnchangedCookieReturns()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        string cookie = rig.Cookie(1, server: 1);
        PoolMembership membership = rig.Rig.Pool.Membership;
        membership.SetHealth(rig.Pool.Servers[1].Tag, false);
        rig.Ask(cookie);
        Assert.Equal((0, "server-down"), (rig.Last.Server, Moved(rig)));
        membership.SetHealth(rig.Pool.Servers[1].Tag, true);
        rig.Ask(cookie);
        Assert.Equal((1, null), (rig.Last.Server, Moved(rig)));
    }

    [Fact]
    public void Servers_AllDown_SessionKeepsTheCookie()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        string cookie = rig.Cookie(1, server: 1);
        rig.Rig.Network.OnConnect = _ => -Errno.ECONNREFUSED;
        Message response = rig.Ask(cookie);
        Assert.Equal((502, null), (response.Status, response.Field("Set-Cookie")));
        rig.Rig.Network.OnConnect = _ => 0;
        Assert.Null(SessionRig.CookieOf(rig.Ask(cookie)));
        Assert.Equal((1, null), (rig.Last.Server, Moved(rig)));
        Assert.Equal(0, rig.Counters.Moved);
    }

    /// <summary>A move belongs to one request: the next on the connection may be of another session.</summary>
    [Fact]
    public void Move_OnAPipelinedConnection_IsAnnouncedForThatRequestOnly()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        rig.Rig.Network.OnConnect = Refusing(0);
        string?[] cookies = [rig.Cookie(1, 0), rig.Cookie(2, 1), rig.Cookie(3, 0), null];
        rig.Rig.Connect(string.Concat(cookies.Select(cookie => Rig.Get("/", SessionRig.CookieLine(cookie)))));
        Assert.Equal(
            ["connect-refused", null, "connect-refused", null],
            rig.Requests.Select(received => received.Request.Field("X-Session-Moved")));
    }

    [Fact]
    public void SharedMode_ServerIsDown_IsNoMove()
    {
        using var rig = new SessionRig(servers: 2);
        rig.Rig.Network.OnConnect = Refusing(0);
        for (int i = 0; i < 4; i++)
        {
            Assert.Null(SessionRig.CookieOf(rig.Ask(rig.Cookie(1, server: 0))));
            Assert.Equal((1, null), (rig.Last.Server, Moved(rig)));
        }
        Assert.Equal(0, rig.Counters.Moved);
    }

    [Fact]
    public void Move_Record_NamesTheNewServer()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        rig.Rig.Network.OnConnect = Refusing(0);
        rig.Ask(rig.Cookie(1, server: 0, age: 33));
        rig.AdvanceFlushInterval();
        Assert.All(rig.StoreUpdates(), update => Assert.Equal((rig.Pool.Servers[1].Tag, update.SeenAt - 33), (update.ServerTag, update.CreatedAt)));
    }

    private static string? Moved(SessionRig rig) => rig.Last.Request.Field("X-Session-Moved");

    private static Func<SockAddr, int> Refusing(int server) => to => to.AddressBytes[3] == server + 1 ? -Errno.ECONNREFUSED : 0;

    /// <summary>Publishes a pool of these servers only, in other slots than before.</summary>
    private static void Publish(SessionRig rig, Server[] left)
    {
        PoolSnapshot pool = rig.Pool;
        Server[] servers = [.. left.Select((server, slot) => new Server(server.Id, slot, server.Entry))];
        rig.Rig.Pool.Publish(PoolBuilder.Build([.. servers], [.. left.Select(server => pool[server])]));
    }
}
