using Carousel.Core.Sessions;

namespace Carousel.Control.Store;

/// <summary>When a key begins to sign, and how long it is kept. Pure; all in seconds since 1970.</summary>
internal readonly struct KeySchedule(SessionOptions options)
{
    /// <summary>Clocks of replicas may differ by a little, and cookies are on the way for a while.</summary>
    private const long Grace = 3600;

    /// <summary>The least time that all replicas have to read the next key before any of them signs with it: three of their looks.</summary>
    private const long LeastLead = 30;

    private readonly long _period = (long)options.KeyRotation.TotalSeconds;
    private readonly long _lifetime = (long)options.CookieLifetime.TotalSeconds;

    /// <summary>The id of the key that begins in the period of this moment.</summary>
    public uint IdAt(long now) => (uint)(now - now % _period);

    /// <summary>The id of the next one.</summary>
    public uint NextId(long now) => (uint)(now - now % _period + _period);

    /// <summary>True when the next key has to be there for all to read.</summary>
    public bool IsNextDue(long now) => NextId(now) - now <= Math.Max(_period / 10, LeastLead);

    /// <summary>True when no cookie under this key can be good any more.</summary>
    public bool IsOver(uint id, long now) => id + _period + _lifetime + Grace < now;
}
