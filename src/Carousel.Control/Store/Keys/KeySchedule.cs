using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Keys;

/// <summary>When a key starts to sign, and how long it is kept. Pure; all times in seconds since 1970.</summary>
internal readonly struct KeySchedule(SessionOptions options)
{
    /// <summary>Margin for clock differences between replicas and for cookies in transit.</summary>
    private const long Grace = 3600;

    /// <summary>Minimum time for all replicas to read the next key before any replica signs with it: three sync intervals.</summary>
    private const long LeastLead = 30;

    private readonly long _period = (long)options.KeyRotation.TotalSeconds;
    private readonly long _lifetime = (long)options.CookieLifetime.TotalSeconds;

    /// <summary>The id of the key whose period includes this moment.</summary>
    public uint IdAt(long now) => (uint)(now - now % _period);

    /// <summary>The id of the key of the next period.</summary>
    public uint NextId(long now) => (uint)(now - now % _period + _period);

    /// <summary>True when the next key must be in the store.</summary>
    public bool IsNextDue(long now) => NextId(now) - now <= Math.Max(_period / 10, LeastLead);

    /// <summary>True when every cookie signed with this key has expired.</summary>
    public bool IsOver(uint id, long now) => id + _period + _lifetime + Grace < now;
}
