using Carousel.Core.Sessions;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>An invalid cookie is treated as none, and counted by the reason.</summary>
public sealed class RefusedCookieTests
{
    private static readonly SessionTicket Ticket = new(SessionSamples.Id(1), 1, 1_795_450_600, 7);

    public static TheoryData<string, CookieVerdict> Bad => new()
    {
        { "", CookieVerdict.Malformed },
        { "x", CookieVerdict.Malformed },
        { SessionSamples.Cookie(Ticket, SessionRig.Key)[..63], CookieVerdict.Malformed },
        { SessionSamples.Cookie(Ticket, SessionRig.Key) + "A", CookieVerdict.Malformed },
        { "\"" + SessionSamples.Cookie(Ticket, SessionRig.Key)[..62] + "\"", CookieVerdict.Malformed },
        { new string('\u00ff', 64), CookieVerdict.Malformed },
        { new string('/', 64), CookieVerdict.Malformed },
        { SessionSamples.Cookie(Ticket, SessionSamples.Key(7, shift: 1)), CookieVerdict.Forged },
        { SessionSamples.Cookie(Ticket, SessionRig.Key)[..63] + "f", CookieVerdict.Forged },
        { new string('A', 64), CookieVerdict.UnknownKey },
        { SessionSamples.Cookie(Ticket with { KeyId = 8 }, SessionSamples.Key(8)), CookieVerdict.UnknownKey },
        { SessionSamples.Cookie(Ticket with { IssuedAt = 1_000_000_000 }, SessionRig.Key), CookieVerdict.Expired },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Cookie_Invalid_IsReplacedAndCounted(string cookie, CookieVerdict verdict)
    {
        using var rig = new SessionRig();
        Message response = rig.Ask(cookie);
        Assert.Equal(200, response.Status);
        Assert.Equal(rig.LastId, SessionRig.Read(SessionRig.CookieOf(response)!).Id.ToString());
        Assert.NotEqual(Ticket.Id.ToString(), rig.LastId);
        Assert.Null(rig.Last.Request.Field("Cookie"));
        Assert.All(Enum.GetValues<CookieVerdict>(), other => Assert.Equal(other == verdict ? 1 : 0, rig.Counters.Refused(other)));
        Assert.Equal((1, 0), (rig.Counters.Minted, rig.Counters.Returned));
        Assert.Equal(verdict == CookieVerdict.UnknownKey, rig.Channel.Keys.TakeMissed());
    }

    [Fact]
    public void Cookie_KeyArrivesLater_IsValidThen()
    {
        using var rig = new SessionRig();
        string cookie = SessionSamples.Cookie(Ticket with { KeyId = 8 }, SessionSamples.Key(8));
        Assert.NotNull(SessionRig.CookieOf(rig.Ask(cookie)));
        rig.Channel.Keys.Publish(SessionSamples.Keys(SessionSamples.Key(8), SessionRig.Key));
        Assert.Null(SessionRig.CookieOf(rig.Ask(cookie)));
        Assert.Equal(Ticket.Id.ToString(), rig.LastId);
    }

    [Fact]
    public void Cookie_KeyRotates_OldOnesStayValidAndNewOnesUseTheNewKey()
    {
        using var rig = new SessionRig();
        string old = SessionRig.CookieOf(rig.Ask())!;
        rig.Channel.Keys.Publish(SessionSamples.Keys(SessionSamples.Key(9), SessionRig.Key));
        Assert.Null(SessionRig.CookieOf(rig.Ask(old)));
        string cookie = SessionRig.CookieOf(rig.Ask())!;
        Assert.Equal(cookie, SessionSamples.Cookie(
            new SessionTicket(SessionId.TryParse(rig.LastId, out SessionId id) ? id : default, rig.Pool.Servers[0].Tag, rig.Now, 9), SessionSamples.Key(9)));
    }
}
