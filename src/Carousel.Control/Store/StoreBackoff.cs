namespace Carousel.Control.Store;

/// <summary>How long to wait before a store is started again. One thread at a time.</summary>
internal sealed class StoreBackoff
{
    /// <summary>After a crash of a store that lived: next to nothing of what visitors do is missed.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    /// <summary>Seldom enough that a store that never comes up costs nothing, often enough for one whose port becomes free.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>A store that lived so long had no trouble starting.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>The wait after a store that took connections for this long; zero if it never did.</summary>
    public TimeSpan After(TimeSpan lived)
    {
        TimeSpan wait = lived >= Healthy ? First : _next;
        _next = 2 * wait < Longest ? 2 * wait : Longest;
        return wait;
    }
}
