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
        "shared: any server may serve a session, whose record is in the store; sticky: a session stays on its server; off", "shared",
        ValueReaders.Choice(("shared", SessionMode.Shared), ("sticky", SessionMode.Sticky), ("off", SessionMode.Off)));

    public Flag<string> Cookie { get; } = new("--session-cookie", null, "NAME", "name of the session cookie", Default.CookieName,
        ValueReaders.Token($"a cookie's name of at most {SessionOptions.MaxCookieName} letters, digits or any of !#$%&'*+-.^_`|~",
            SessionOptions.MaxCookieName));

    public Flag<TimeSpan> Ttl { get; } = new("--session-ttl", null, "TIME", "how long a session is kept without a request", Durations.Format(Default.Ttl),
        ValueReaders.Duration(TimeSpan.FromSeconds(2), Year));

    public Flag<SameSite> SameSite { get; } = new("--session-same-site", null, "WORD",
        "the cookie's SameSite: lax, strict or none (browsers accept none over TLS only)", "lax",
        ValueReaders.Choice(("lax", Core.Sessions.SameSite.Lax), ("strict", Core.Sessions.SameSite.Strict), ("none", Core.Sessions.SameSite.None)));

    public Flag<string> Domain { get; } = new("--session-domain", null, "DOMAIN", "the cookie's Domain, to share it among subdomains",
        "the requested host", new ValueReader<string>("a domain such as example.com", TryDomain));

    public Flag<bool> Stateless { get; } = new("--session-stateless", null, "WORD",
        "on: requests with a bearer token or a JWT in a cookie get neither cookie nor record; off: they get both", "on",
        ValueReaders.Choice(("on", true), ("off", false)));

    public Flag<TimeSpan> StickyWait { get; } = new("--sticky-wait", null, "TIME",
        "how long a request waits for its session's server when that is full (max=), before the session moves to another; 0: moves at once",
        Durations.Format(Default.StickyWait), ValueReaders.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)));

    public Switch ForwardCookie { get; } = new("--session-cookie-forward", null, "forward the cookie to servers");

    public ListFlag<string> Hide { get; } = new("--session-hide", "NAME",
        "header fields left out of session records, in addition to those known to carry credentials; several as with --bind", "none",
        ValueReaders.Token("a header field's name", 255));

    public Flag<int> NewRecords { get; } = new("--session-new-records", null, "N",
        "records per second for new sessions; beyond that, a record is written when its client returns", $"{Default.NewRecordsPerSecond}",
        ValueReaders.Number(1, 1_000_000));

    public Flag<TimeSpan> KeyRotate { get; } = new("--session-key-rotate", null, "TIME", "how often the key that signs cookies is replaced",
        Durations.Format(Default.KeyRotation), ValueReaders.Duration(TimeSpan.FromMinutes(1), Year));

    /// <summary>All of them, in the order of --help.</summary>
    public IReadOnlyList<Flag> All => [Mode, StickyWait, Cookie, Ttl, SameSite, Domain, ForwardCookie, Stateless, Hide, NewRecords, KeyRotate];

    /// <summary>The options of sessions. Problems are added to the errors.</summary>
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

    /// <summary>Labels of letters, digits and hyphens between dots; a leading dot is obsolete and ignored (RFC 6265 section 5.2.3).</summary>
    private static bool TryDomain(string text, out string domain)
    {
        domain = text.TrimStart('.');
        return domain.Length is > 0 and <= SessionOptions.MaxDomain
            && domain.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }
}
