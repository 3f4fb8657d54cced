using Carousel.Core.Sessions;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Requests that carry their own state.</summary>
public sealed class StatelessTests
{
    private const string Token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.";

    public static TheoryData<string> Stateless => ["Authorization: Bearer abc\r\n", $"Cookie: a=b; jwt={Token}\r\n", $"Cookie: {Token}\r\n", $"Cookie: jwt=\"{Token}\"\r\n"];

    public static TheoryData<string> Others => ["Authorization: Basic dXNlcg==\r\n", "Cookie: a=b; eyJ=c\r\n", "Authorization: Bearer\r\n", $"X-Token: {Token}\r\n"];

    [Theory]
    [MemberData(nameof(Stateless))]
    public void Request_Stateless_HasNeitherCookieNorRecord(string fields)
    {
        using var rig = new SessionRig();
        Assert.Null(SessionRig.CookieOf(rig.Ask(fields: fields)));
        Assert.Null(rig.LastId);
        rig.AdvanceFlushInterval();
        Assert.Empty(rig.StoreUpdates());
        Assert.Equal((1, 0, 0), (rig.Counters.Stateless, rig.Counters.Minted, rig.Counters.Returned));
    }

    /// <summary>No cookie is issued and nothing recorded, but an existing session is honoured.</summary>
    [Theory]
    [MemberData(nameof(Stateless))]
    public void Request_StatelessWithACookie_KeepsTheSession(string fields)
    {
        using var rig = new SessionRig(new SessionOptions { Mode = SessionMode.Sticky, Ttl = TimeSpan.FromSeconds(100) }, servers: 3);
        string cookie = rig.Cookie(1, server: 2, age: 40);
        for (int i = 0; i < 4; i++)
        {
            Assert.Null(SessionRig.CookieOf(rig.Ask(fields: SessionRig.CookieLine(cookie) + fields)));
            Assert.Equal((2, SessionSamples.Id(1).ToString()), (rig.Last.Server, rig.LastId));
            Assert.DoesNotContain(cookie, rig.Last.Request.Head, StringComparison.Ordinal);
        }
        rig.AdvanceFlushInterval();
        Assert.Empty(rig.StoreUpdates());
        Assert.Equal((4, 0, 0, 0), (rig.Counters.Stateless, rig.Counters.Minted, rig.Counters.Renewed, rig.Counters.Returned));
    }

    /// <summary>Its server is down: the session moves as any other and stays with the new server; nothing is recorded.</summary>
    [Theory]
    [MemberData(nameof(Stateless))]
    public void Request_StatelessWithACookieAndServerDown_MovesAndStays(string fields)
    {
        using SessionRig rig = SessionRig.Sticky(servers: 3);
        rig.Rig.Network.OnConnect = to => to.AddressBytes[3] == 3 ? -Errno.ECONNREFUSED : 0;
        string cookie = SessionRig.CookieOf(rig.Ask(fields: SessionRig.CookieLine(rig.Cookie(1, server: 2)) + fields))!;
        int server = rig.Last.Server;
        Assert.Equal(("connect-refused", SessionSamples.Id(1).ToString()), (rig.Last.Request.Field("X-Session-Moved"), rig.LastId));
        for (int i = 0; i < 4; i++)
        {
            Assert.Null(SessionRig.CookieOf(rig.Ask(fields: SessionRig.CookieLine(cookie) + fields)));
            Assert.Equal((server, null), (rig.Last.Server, rig.Last.Request.Field("X-Session-Moved")));
        }
        rig.AdvanceFlushInterval();
        Assert.Empty(rig.StoreUpdates());
        Assert.Equal((5, 1, 0), (rig.Counters.Stateless, rig.Counters.Moved, rig.Counters.Minted));
    }

    /// <summary>An application that sends its token with every request must not lose its session; nothing is recorded.</summary>
    [Theory]
    [MemberData(nameof(Stateless))]
    public void Request_StatelessWithAnAgedCookie_RenewsIt(string fields)
    {
        using var rig = new SessionRig(new SessionOptions { Ttl = TimeSpan.FromSeconds(100) });
        Assert.NotNull(SessionRig.CookieOf(rig.Ask(fields: SessionRig.CookieLine(rig.Cookie(1, age: 80)) + fields)));
        Assert.Equal(SessionSamples.Id(1).ToString(), rig.LastId);
        rig.AdvanceFlushInterval();
        Assert.Empty(rig.StoreUpdates());
        Assert.Equal((1, 1, 0), (rig.Counters.Stateless, rig.Counters.Renewed, rig.Counters.Returned));
    }

    [Theory]
    [MemberData(nameof(Stateless))]
    public void Request_StatelessRuleOff_IsTreatedAsOthers(string fields)
    {
        using var rig = new SessionRig(new SessionOptions { SparesStateless = false });
        Assert.NotNull(SessionRig.CookieOf(rig.Ask(fields: fields)));
        Assert.NotNull(rig.LastId);
        Assert.Single(rig.StoreUpdates());
        Assert.Equal((0, 1), (rig.Counters.Stateless, rig.Counters.Minted));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Request_NotStateless_GetsItsCookie(string fields)
    {
        using var rig = new SessionRig();
        Assert.NotNull(SessionRig.CookieOf(rig.Ask(fields: fields)));
        Assert.Equal(0, rig.Counters.Stateless);
    }

    /// <summary>The session cookie is never taken for a JWT, whatever its value looks like.</summary>
    [Fact]
    public void Request_TokenInTheSessionCookie_IsMalformed()
    {
        using var rig = new SessionRig();
        Assert.NotNull(SessionRig.CookieOf(rig.Ask(Token)));
        Assert.Equal((0, 1), (rig.Counters.Stateless, rig.Counters.Refused(CookieVerdict.Malformed)));
    }
}
