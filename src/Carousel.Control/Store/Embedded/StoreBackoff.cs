namespace Carousel.Control.Store.Embedded;

/// <summary>Delay before the store is restarted. One thread at a time.</summary>
internal sealed class StoreBackoff
{
    /// <summary>After the crash of a healthy store: short enough that almost no updates are missed.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    /// <summary>Long enough that a store that never starts costs nothing, short enough for one whose port becomes free.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Uptime after which a start counts as successful.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>The delay after a store that accepted connections for <paramref name="uptime"/>; zero if it never did.</summary>
    public TimeSpan After(TimeSpan uptime)
    {
        TimeSpan wait = uptime >= Healthy ? First : _next;
        _next = 2 * wait < Longest ? 2 * wait : Longest;
        return wait;
    }
}
