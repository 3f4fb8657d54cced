namespace Carousel.Core.Pools;

/// <summary>
/// Holds the snapshot that Control publishes and workers read: one volatile write, and one volatile read per request. Only one thread may publish at
/// a time.
/// </summary>
public sealed class Pool(PoolSnapshot first)
{
    private volatile PoolSnapshot _current = first;

    /// <summary>The newest snapshot. Any thread.</summary>
    public PoolSnapshot Current => _current;

    /// <summary>Slow start: time until a server that returned, or is new, gets its full share; zero to disable. Set before the first request.</summary>
    public TimeSpan SlowStart { get; set; }

    /// <summary>Called after every publication, on the publishing thread; handlers must be quick. For work that must not wait until the next request.</summary>
    public event Action? Changed;

    /// <summary>Makes <paramref name="next"/> the snapshot that workers see from their next request on.</summary>
    public void Publish(PoolSnapshot next)
    {
        _current = next;
        Changed?.Invoke();
    }
}
