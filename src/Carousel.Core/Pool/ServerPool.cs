namespace Carousel.Core.Pool;

/// <summary>
/// Where Control publishes what it knows and workers read it: one volatile write, one volatile read a request.
/// Only one thread at a time may publish.
/// </summary>
public sealed class ServerPool(PoolSnapshot first)
{
    private volatile PoolSnapshot _current = first;

    /// <summary>The newest snapshot. Any thread.</summary>
    public PoolSnapshot Current => _current;

    /// <summary>
    /// How long it takes until a server that came back, or is new, gets its whole share; zero for at once. Set by whoever balances over the pool, before the
    /// first request.
    /// </summary>
    public TimeSpan SlowStart { get; set; }

    /// <summary>Called after every publication, by the thread that publishes: to be quick. For what can't wait for a request to look.</summary>
    public event Action? Changed;

    /// <summary>Makes <paramref name="next"/> what workers see from their next request on.</summary>
    public void Publish(PoolSnapshot next)
    {
        _current = next;
        Changed?.Invoke();
    }
}
