using Carousel.Core.Sessions;
using Carousel.Engine;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>When a response sets a cookie, and what servers receive of it.</summary>
public sealed class SessionCookieTests
{
    [Fact]
    public void Response_NewSession_SetsTheCookieByteForByte()
    {
        using var rig = new SessionRig();
        FakeSocket client = rig.Rig.Connect(Rig.Get("/"));
        string cookie = SessionRig.CookieOf(Message.Responds(client.TakenText, ["GET"], false)[0])!;
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: Mon, 23 Nov 2026 16:16:40 GMT\r\n"
            + $"Set-Cookie: LB_SESSION={cookie}; Path=/; HttpOnly; SameSite=Lax\r\nCache-Control: private\r\n\r\nhello",
            client.TakenText);
        SessionTicket ticket = SessionRig.Read(cookie);
        Assert.Equal(new SessionTicket(ticket.Id, rig.Pool.Servers[0].Tag, rig.Now, SessionRig.Key.Id), ticket);
        Assert.Equal(SessionSamples.Cookie(ticket, SessionRig.Key), cookie);
        Assert.Equal(1, rig.Counters.Minted);
    }

    [Fact]
    public void SessionId_OfTheFirstRequest_EqualsThatOfTheCookieAndLaterRequests()
    {
        using var rig = new SessionRig(servers: 3);
        string cookie = SessionRig.CookieOf(rig.Ask())!;
        for (int i = 0; i < 10; i++)
        {
            Assert.Null(SessionRig.CookieOf(rig.Ask(cookie, method: i % 2 == 0 ? "GET" : "POST")));
        }
        Assert.All(rig.Requests, received => Assert.Equal(SessionRig.Read(cookie).Id.ToString(), received.Request.Field("X-Session-Id")));
        Assert.Equal(11, rig.Requests.Count);
        Assert.Equal((1, 10), (rig.Counters.Minted, rig.Counters.Returned));
    }

    [Fact]
    public void SessionId_NewSessions_AreDistinct()
    {
        using var rig = new SessionRig();
        for (int i = 0; i < 100; i++)
        {
            rig.Ask();
        }
        Assert.Equal(100, rig.Requests.Select(received => received.Request.Field("X-Session-Id")).Distinct().Count());
    }

    [Theory]
    [InlineData(49, false, true)]
    [InlineData(50, true, true)]
    [InlineData(150, true, true)]
    [InlineData(151, true, false)]
    public void Cookie_AtThisAge_IsRenewedFromHalfOfTheTtlUntilItsEnd(int age, bool isIssued, bool isSame)
    {
        using var rig = new SessionRig(new SessionOptions { Ttl = TimeSpan.FromSeconds(100) });
        string cookie = SessionRig.CookieOf(rig.Ask())!;
        string id = rig.LastId!;
        // Once unknown to the worker, once known.
        foreach (string at in new[] { "first", "again" })
        {
            rig.Rig.Clock.Advance(at == "first" ? age * 1000 : 0);
            string? next = SessionRig.CookieOf(rig.Ask(cookie));
            Assert.Equal(isIssued, next is not null);
            Assert.Equal(isSame, rig.LastId == id);
            if (next is not null)
            {
                Assert.Equal((rig.LastId, rig.Now), (SessionRig.Read(next).Id.ToString(), SessionRig.Read(next).IssuedAt));
            }
        }
        Assert.Equal(isIssued && isSame ? 2 : 0, rig.Counters.Renewed);
        Assert.Equal(isSame ? 0 : 2, rig.Counters.Refused(CookieVerdict.Expired));
        Assert.Equal(isSame ? 1 : 3, rig.Counters.Minted);
    }

    [Fact]
    public void Cookie_RenewedRepeatedly_KeepsTheSession()
    {
        using var rig = new SessionRig(new SessionOptions { Ttl = TimeSpan.FromSeconds(100) });
        string cookie = SessionRig.CookieOf(rig.Ask())!;
        string id = rig.LastId!;
        for (int i = 0; i < 20; i++)
        {
            rig.Rig.Advance(99_000);
            cookie = SessionRig.CookieOf(rig.Ask(cookie))!;
            Assert.Equal(id, rig.LastId);
        }
        Assert.Equal((1, 20), (rig.Counters.Minted, rig.Counters.Renewed));
    }

    /// <summary>A cached cookie is not valid any longer than an uncached one.</summary>
    [Fact]
    public void Cookie_KnownToTheWorker_ExpiresToo()
    {
        using var rig = new SessionRig(new SessionOptions { Ttl = TimeSpan.FromSeconds(100) });
        string cookie = rig.Cookie(5);
        rig.Ask(cookie);
        Assert.Equal(SessionSamples.Id(5).ToString(), rig.LastId);
        rig.Rig.Advance(151_000);
        Assert.NotNull(SessionRig.CookieOf(rig.Ask(cookie)));
        Assert.NotEqual(SessionSamples.Id(5).ToString(), rig.LastId);
        Assert.Equal(1, rig.Counters.Refused(CookieVerdict.Expired));
    }

    [Fact]
    public void Cookies_PipelinedOnOneConnection_AreIndependent()
    {
        using var rig = new SessionRig();
        string?[] cookies = [rig.Cookie(1), null, rig.Cookie(2), null, rig.Cookie(1)];
        FakeSocket client = rig.Rig.Connect(string.Concat(cookies.Select(cookie => Rig.Get("/", SessionRig.CookieLine(cookie)))));
        List<Message> responses = Message.Responds(client.TakenText, cookies.Select(_ => "GET"), false);
        Assert.Equal([false, true, false, true, false], responses.Select(response => SessionRig.CookieOf(response) is not null));
        string[] ids = [.. rig.Requests.Select(received => received.Request.Field("X-Session-Id")!)];
        Assert.Equal([SessionSamples.Id(1).ToString(), SessionSamples.Id(2).ToString(), SessionSamples.Id(1).ToString()], [ids[0], ids[2], ids[4]]);
        Assert.Equal(
            [ids[1], ids[3]],
            new[] { responses[1], responses[3] }.Select(response => SessionRig.Read(SessionRig.CookieOf(response)!).Id.ToString()));
        Assert.Equal(4, ids.Distinct().Count());
    }

    [Fact]
    public void Cookie_AmongOthers_IsHiddenFromServers()
    {
        using var rig = new SessionRig();
        rig.Ask(fields: $"Cookie: a=1; LB_SESSION={rig.Cookie(1)}; b=2\r\n");
        Assert.Equal("a=1; b=2", rig.Last.Request.Field("Cookie"));
        Assert.Equal(SessionSamples.Id(1).ToString(), rig.LastId);
        rig.Ask(fields: "Cookie: LB_SESSION=no good; c=3\r\n");
        Assert.Equal("c=3", rig.Last.Request.Field("Cookie"));
        rig.Ask(rig.Cookie(1));
        Assert.Null(rig.Last.Request.Field("Cookie"));
    }

    [Fact]
    public void Cookie_Forwarded_IsSeenByServers()
    {
        using var rig = new SessionRig(new SessionOptions { ForwardsCookie = true });
        string cookie = rig.Cookie(1);
        rig.Ask(fields: $"Cookie: a=1; LB_SESSION={cookie}; b=2\r\n");
        Assert.Equal($"a=1; LB_SESSION={cookie}; b=2", rig.Last.Request.Field("Cookie"));
        Assert.Equal(SessionSamples.Id(1).ToString(), rig.LastId);
    }

    [Fact]
    public void Cookie_NameIsConfigured_IsUsed()
    {
        using var rig = new SessionRig(new SessionOptions { CookieName = "mine" });
        rig.Ask(fields: $"Cookie: mine={rig.Cookie(1)}; LB_SESSION={rig.Cookie(2)}\r\n");
        Assert.Equal(SessionSamples.Id(1).ToString(), rig.LastId);
        Assert.Equal($"LB_SESSION={rig.Cookie(2)}", rig.Last.Request.Field("Cookie"));
        Assert.StartsWith("mine=", rig.Ask().Field("Set-Cookie"), StringComparison.Ordinal);
    }

    /// <summary>Several cookies may arrive, for several paths or domains: the first valid one counts.</summary>
    [Fact]
    public void Cookies_SeveralSessionCookies_FirstValidOneCounts()
    {
        using var rig = new SessionRig();
        string old = rig.Cookie(1, age: 1_000_000);
        rig.Ask(fields: $"Cookie: LB_SESSION={old}; LB_SESSION={rig.Cookie(2)}\r\nCookie: LB_SESSION={rig.Cookie(3)}\r\n");
        Assert.Equal(SessionSamples.Id(2).ToString(), rig.LastId);
        Assert.Null(rig.Last.Request.Field("Cookie"));
        Assert.Equal((1, 1, 0), (rig.Counters.Refused(CookieVerdict.Expired), rig.Counters.Returned, rig.Counters.Minted));
    }

    [Theory]
    [InlineData(true, "https", true)]
    [InlineData(true, "HTTPS", true)]
    [InlineData(true, "http", false)]
    [InlineData(true, null, false)]
    [InlineData(false, "https", false)]
    public void Cookie_ClientUsesTls_IsSecureIfATrustedProxyReportsIt(bool isTrusted, string? scheme, bool isSecure)
    {
        using var rig = new SessionRig(engine: isTrusted ? new EngineOptions { TrustedProxies = [System.Net.IPNetwork.Parse("192.0.2.0/24")] } : null);
        Message response = rig.Ask(fields: scheme is null ? "" : $"X-Forwarded-Proto: {scheme}\r\n");
        Assert.Equal(isSecure, response.Field("Set-Cookie")!.EndsWith("; HttpOnly; SameSite=Lax; Secure", StringComparison.Ordinal));
        Assert.NotNull(SessionRig.CookieOf(response));
    }

    /// <summary>The cookie's Secure attribute always agrees with the X-Forwarded-Proto that the server receives.</summary>
    [Theory]
    [InlineData("Forwarded: for=203.0.113.9;proto=https\r\n", true, true)]
    [InlineData("Forwarded: proto=\"HTTPS\", for=192.0.2.80\r\n", true, true)]
    [InlineData("Forwarded: for=203.0.113.9;proto=http\r\n", false, true)]
    [InlineData("Forwarded: proto=https\r\nX-Forwarded-Proto: http\r\n", false, false)]
    [InlineData("Forwarded: proto=http\r\nX-Forwarded-Proto: https\r\n", true, false)]
    [InlineData("Forwarded: proto=https\r\nX-Forwarded-Proto: https\r\n", true, true)]
    [InlineData("Forwarded: proto=https\r\nX-Forwarded-For: 203.0.113.9\r\n", false, false)]
    [InlineData("Forwarded: proto=https;\"\r\n", false, false)]
    public void Cookie_SchemeByTwoFields_MatchesWhatTheServerGets(string fields, bool isHttps, bool passes)
    {
        using var rig = new SessionRig(engine: new EngineOptions { TrustedProxies = [System.Net.IPNetwork.Parse("192.0.2.0/24")] });
        Message response = rig.Ask(fields: fields);
        Assert.Equal(isHttps, response.Field("Set-Cookie")!.EndsWith("; Secure", StringComparison.Ordinal));
        Assert.Equal(isHttps ? "https" : "http", rig.Last.Request.Field("X-Forwarded-Proto"));
        Assert.Equal(passes, rig.Last.Request.Field("Forwarded") is not null);
    }
}
