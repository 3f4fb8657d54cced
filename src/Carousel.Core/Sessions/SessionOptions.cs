namespace Carousel.Core.Sessions;

/// <summary>How a session's cookie affects the choice of a server.</summary>
public enum SessionMode : byte
{
    /// <summary>No cookies, no records.</summary>
    Off,

    /// <summary>Any server may serve any request: session state is in the store.</summary>
    Shared,

    /// <summary>A session stays with the server of its first response while that server may be picked.</summary>
    Sticky,
}

/// <summary>The cookie's SameSite attribute (RFC 6265bis section 4.1.2.7).</summary>
public enum SameSite : byte
{
    /// <summary>Also sent when a link from another site is followed.</summary>
    Lax,

    /// <summary>Sent only from the same site.</summary>
    Strict,

    /// <summary>Always sent; browsers accept it with Secure only.</summary>
    None,
}

/// <summary>Session options. Defaults are those of the command line. Immutable.</summary>
public sealed record SessionOptions
{
    /// <summary>Maximum length of the cookie's name, in bytes.</summary>
    public const int MaxCookieName = 64;

    /// <summary>Maximum length of the Domain attribute: that of a DNS name (RFC 1035 section 2.3.4).</summary>
    public const int MaxDomain = 253;

    /// <summary>How the cookie affects the choice of a server.</summary>
    public SessionMode Mode { get; init; } = SessionMode.Shared;

    /// <summary>A token (RFC 9110 section 5.6.2), 1 to <see cref="MaxCookieName"/> long.</summary>
    public string CookieName { get; init; } = "LB_SESSION";

    /// <summary>Lifetime of a session without requests: two seconds to a year.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The cookie's SameSite attribute.</summary>
    public SameSite SameSite { get; init; } = SameSite.Lax;

    /// <summary>The cookie's Domain attribute, at most <see cref="MaxDomain"/> long; null for the request's host only.</summary>
    public string? Domain { get; init; }

    /// <summary>True: requests with a bearer token or a JWT in a cookie get neither cookie nor record.</summary>
    public bool SparesStateless { get; init; } = true;

    /// <summary>True: the balancer's cookie is forwarded to servers.</summary>
    public bool ForwardsCookie { get; init; }

    /// <summary>Names of fields that records must not contain, in addition to those of <see cref="CredentialNames"/>.</summary>
    public IReadOnlyList<string> HiddenFields { get; init; } = [];

    /// <summary>
    /// Rate limit for records of new sessions, per second, over all workers, at least 1; above it a record is deferred until the cookie returns.
    /// </summary>
    public int NewRecordsPerSecond { get; init; } = 1000;

    /// <summary>Interval of key rotation for cookies: a minute to a year.</summary>
    public TimeSpan KeyRotation { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a request waits for its session's server while that is at its limit, before the session moves; zero to move at once.</summary>
    public TimeSpan StickyWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Lifetime of a cookie from its issue. A cookie returned at half of the TTL or later is renewed with the same id. So a session with no pause as
    /// long as the TTL is never lost, and one with a pause of one and a half TTL always is (docs/decisions/0010-cookie-lifetime.md).
    /// </summary>
    public TimeSpan CookieLifetime => Ttl * 1.5;
}
