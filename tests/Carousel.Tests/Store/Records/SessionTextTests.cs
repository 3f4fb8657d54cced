using Carousel.Control.Store.Records;
using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Store.Records;

public class SessionTextTests
{
    private const long Now = 1_795_000_000;
    private static readonly SessionId s_id = new(0x6f0c, 1);

    [Fact]
    public void Of_Sessions_AreLinesInColumns()
    {
        var list = new SessionList([View(Now - 5), View(Now - 3 * 86400, "bad\u001b[31m")], 7, IsAll: true);

        Assert.Equal(
            """
            session                           last seen  requests  server           client
            0000000000006f0c0000000000000001  5s ago     14        http://one:8000  192.0.2.1
            0000000000006f0c0000000000000001  3d ago     14        bad?[31m         192.0.2.1
            the newest 2 of 7 sessions (--limit N shows more)
            """,
            SessionText.Of(list, Now));
    }

    [Theory]
    [InlineData(0, true, "0 sessions")]
    [InlineData(0, false, "0 sessions; the store has more that were not scanned")]
    public void Of_NoSessions_IsTheCount(int count, bool isAll, string expected) => Assert.Equal(expected, SessionText.Of(new SessionList([], count, isAll), Now));

    [Fact]
    public void Of_Session_HasAllFields()
    {
        SessionView view = View(Now - 90) with { Expires = TimeSpan.FromHours(23), Data = "hash of 3 fields" };

        Assert.Equal(
            """
            session     0000000000006f0c0000000000000001
            server      http://one:8000
            client      192.0.2.1
            requests    14
            created     2026-11-18 09:06:40Z (2h ago)
            last seen   2026-11-18 11:05:10Z (1m ago)
            expires     in 23h
            data        hash of 3 fields (carousel:session:0000000000006f0c0000000000000001:data)
            user-agent  curl/8
            """,
            SessionText.Of(view, Now));
    }

    [Theory]
    [InlineData(CookieVerdict.Valid, "valid, issued ")]
    [InlineData(CookieVerdict.Expired, "expired, unless --session-ttl is longer")]
    [InlineData(CookieVerdict.UnknownKey, "invalid: the store has no key 77")]
    [InlineData(CookieVerdict.Forged, "invalid: wrong signature")]
    public void Of_CookieWithoutARecord_HasTheVerdict(CookieVerdict verdict, string part)
    {
        var view = new SessionView(s_id, new Dictionary<string, string>()) { Cookie = (verdict, new SessionTicket(s_id, 1, (uint)Now, 77)) };

        string text = SessionText.Of(view, Now);

        Assert.Contains($"cookie   {part}", text, StringComparison.Ordinal);
        Assert.Contains("record   none", text, StringComparison.Ordinal);
    }

    private static SessionView View(long seen, string server = "http://one:8000") => new(s_id, new Dictionary<string, string>
    {
        ["backend"] = server,
        ["client"] = "192.0.2.1",
        ["requests"] = "14",
        ["created"] = $"{Now - 7200}",
        ["last_seen"] = $"{seen}",
        ["header:user-agent"] = "curl/8",
    });
}
