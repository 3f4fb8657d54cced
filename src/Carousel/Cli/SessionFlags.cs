using System.CommandLine;
using Carousel.Core.Config;
using Carousel.Core.Sessions;

namespace Carousel.Cli;

/// <summary>The flags of sessions (docs/SESSIONS.md).</summary>
internal sealed class SessionFlags
{
    private static readonly SessionOptions Default = new();
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    public Flag<SessionMode> Mode { get; } = new("--session", null, "MODE",
        "shared: any server may serve a visitor, the session lives in the store; sticky: visitors stay with their server; off", "shared",
        ValueReaders.Choice(("shared", SessionMode.Shared), ("sticky", SessionMode.Sticky), ("off", SessionMode.Off)));

    public Flag<string> Cookie { get; } = new("--session-cookie", null, "NAME", "the cookie that remembers visitors", Default.CookieName,
        ValueReaders.Token($"a cookie's name of at most {SessionOptions.MaxCookieName} letters, digits or any of !#$%&'*+-.^_`|~",
            SessionOptions.MaxCookieName));

    public Flag<TimeSpan> Ttl { get; } = new("--session-ttl", null, "TIME", "how long a session lives without a request", Durations.Format(Default.Ttl),
        ValueReaders.Duration(TimeSpan.FromSeconds(2), Year));

    public Flag<SameSite> SameSite { get; } = new("--session-same-site", null, "WORD",
        "the cookie's SameSite: lax, strict or none (browsers take none with TLS only)", "lax",
        ValueReaders.Choice(("lax", Core.Sessions.SameSite.Lax), ("strict", Core.Sessions.SameSite.Strict), ("none", Core.Sessions.SameSite.None)));

    public Flag<string> Domain { get; } = new("--session-domain", null, "DOMAIN", "the cookie's Domain, to share it among subdomains",
        "the host that was asked", new ValueReader<string>("a domain such as example.com", TryDomain));

    public Flag<bool> Stateless { get; } = new("--session-stateless", null, "WORD",
        "on: requests with a bearer token or a JWT in a cookie get neither cookie nor record; off: they are like others", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<TimeSpan> StickyWait { get; } = new("--sticky-wait", null, "TIME",
        "how long a visitor waits for their own server when it is full (max=), before they move to another; 0 to move at once",
        Durations.Format(Default.StickyWait), ValueReaders.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)));

    public Switch ForwardCookie { get; } = new("--session-cookie-forward", null, "let servers see the cookie");

    public ListFlag<string> Hide { get; } = new("--session-hide", "NAME",
        "header fields that records leave out, beside those known to carry credentials; several as with --bind", "none",
        ValueReaders.Token("a header field's name", 255));

    public Flag<int> NewRecords { get; } = new("--session-new-records", null, "N",
        "records a second for new visitors; beyond that a record waits until its visitor comes back", $"{Default.NewRecordsPerSecond}",
        ValueReaders.Number(1, 1_000_000));

    public Flag<TimeSpan> KeyRotate { get; } = new("--session-key-rotate", null, "TIME", "how often the key that signs cookies is replaced",
        Durations.Format(Default.KeyRotation), ValueReaders.Duration(TimeSpan.FromMinutes(1), Year));

    /// <summary>All of them, in a newcomer's order.</summary>
    public IReadOnlyList<Flag> All => [Mode, StickyWait, Cookie, Ttl, SameSite, Domain, ForwardCookie, Stateless, Hide, NewRecords, KeyRotate];

    /// <summary>What sessions are told. What is wrong goes to the errors.</summary>
    public SessionOptions Read(ParseResult result, List<string> errors) => new()
    {
        Mode = Mode.Read(result, Default.Mode, errors),
        StickyWait = StickyWait.Read(result, Default.StickyWait, errors),
        CookieName = Cookie.Read(result, Default.CookieName, errors),
        Ttl = Ttl.Read(result, Default.Ttl, errors),
        SameSite = SameSite.Read(result, Default.SameSite, errors),
        Domain = Domain.IsGiven(result) ? Domain.Read(result, "", errors) : null,
        SparesStateless = Stateless.Read(result, Default.SparesStateless, errors),
        ForwardsCookie = ForwardCookie.IsGiven(result),
        HiddenFields = Hide.Read(result, errors),
        NewRecordsPerSecond = NewRecords.Read(result, Default.NewRecordsPerSecond, errors),
        KeyRotation = KeyRotate.Read(result, Default.KeyRotation, errors),
    };

    /// <summary>Labels of letters, digits and hyphens between dots; a dot before them is of old and ignored by browsers (RFC 6265 section 5.2.3).</summary>
    private static bool TryDomain(string text, out string domain)
    {
        domain = text.TrimStart('.');
        return domain.Length is > 0 and <= SessionOptions.MaxDomain
            && domain.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }
}
