namespace Carousel.Core.Sessions;

/// <summary>What a visitor's cookie means for the choice of a server.</summary>
public enum SessionMode : byte
{
    /// <summary>No cookies, no records.</summary>
    Off,

    /// <summary>Any server may serve any request: the session lives in the store.</summary>
    Shared,

    /// <summary>A visitor stays with the server of their first answer while that may be picked.</summary>
    Sticky,
}

/// <summary>The cookie's SameSite attribute (RFC 6265bis section 4.1.2.7).</summary>
public enum SameSite : byte
{
    /// <summary>Also sent when a link from another site is followed.</summary>
    Lax,

    /// <summary>Only sent from our own site.</summary>
    Strict,

    /// <summary>Always sent; browsers accept it with Secure only.</summary>
    None,
}

/// <summary>What sessions may be told. Defaults are those of the command line. Immutable.</summary>
public sealed record SessionOptions
{
    /// <summary>Longest name of the cookie, in bytes.</summary>
    public const int MaxCookieName = 64;

    /// <summary>Longest Domain attribute: the longest name of DNS (RFC 1035 section 2.3.4).</summary>
    public const int MaxDomain = 253;

    /// <summary>What the cookie means for the choice of a server.</summary>
    public SessionMode Mode { get; init; } = SessionMode.Shared;

    /// <summary>A token (RFC 9110 section 5.6.2), 1 to <see cref="MaxCookieName"/> long.</summary>
    public string CookieName { get; init; } = "LB_SESSION";

    /// <summary>How long a session lives without a request: two seconds to a year.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The cookie's SameSite attribute.</summary>
    public SameSite SameSite { get; init; } = SameSite.Lax;

    /// <summary>The cookie's Domain attribute, at most <see cref="MaxDomain"/> long; null for the host that was asked only.</summary>
    public string? Domain { get; init; }

    /// <summary>True: requests with a bearer token or a JWT in a cookie get neither cookie nor record.</summary>
    public bool SparesStateless { get; init; } = true;

    /// <summary>True: servers see the balancer's cookie.</summary>
    public bool ForwardsCookie { get; init; }

    /// <summary>Names of fields that records must not hold, beside those of <see cref="CredentialNames"/>.</summary>
    public IReadOnlyList<string> HiddenFields { get; init; } = [];

    /// <summary>Records a second for visitors not known yet, all workers together, at least 1; beyond that they wait until the cookie comes back.</summary>
    public int NewRecordsPerSecond { get; init; } = 1000;

    /// <summary>How often the key that signs cookies is replaced: a minute to a year.</summary>
    public TimeSpan KeyRotation { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a visitor waits for their own server when it has as many requests as it may, before they move; zero to move at once.</summary>
    public TimeSpan StickyWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a cookie is good, from its issue. One that comes at half of the TTL or later is issued anew with the same id, so that a visitor who
    /// is never away for the TTL never loses the session, and one who is away for one and a half always does (docs/decisions/0010-cookie-lifetime.md).
    /// </summary>
    public TimeSpan CookieLifetime => Ttl * 1.5;
}
