using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;

namespace Carousel.Core.Pools;

/// <summary>
/// A set of servers that requests are balanced over, and all that belongs to it: options, membership, ejections, limits, and the snapshot that workers read with
/// one volatile read per request. A server belongs to one pool.
/// </summary>
public sealed class Pool
{
    private readonly PoolUpdates _updates;
    private volatile PoolSnapshot _current;

    /// <param name="first">The first snapshot; its servers are in no other pool.</param>
    /// <param name="options">The pool's settings.</param>
    /// <param name="slots">Where the servers' slots come from; those of the first snapshot are taken.</param>
    /// <param name="log">Receives ejections and returns.</param>
    /// <param name="time">The workers' clock.</param>
    public Pool(PoolSnapshot first, PoolOptions options, SlotAllocator slots, FailureLog log, TimeProvider time)
    {
        _current = first;
        _updates = new PoolUpdates(first);
        Options = options;
        Membership = new PoolMembership(this, _updates, slots, time);
        Outliers = new OutlierDetector(this, log);
        Budget = new RetryBudget(options.RetryPercent);
        Waiting = new QueueLimit(options.Queue);
    }

    /// <summary>The newest snapshot. Any thread.</summary>
    public PoolSnapshot Current => _current;

    /// <summary>The pool's settings.</summary>
    public PoolOptions Options { get; }

    /// <summary>Changes the pool.</summary>
    public PoolMembership Membership { get; }

    /// <summary>Notified of the outcome of requests.</summary>
    public OutlierDetector Outliers { get; }

    /// <summary>The retry budget.</summary>
    public RetryBudget Budget { get; }

    /// <summary>Counts the requests that wait for a server with room.</summary>
    public QueueLimit Waiting { get; }

    /// <summary>The channel to the session store; null while sessions are off.</summary>
    public SessionChannel? Sessions { get; init; }

    /// <summary>
    /// Calls the follower now, with all servers as added, and after each change: in order, one call at a time, once the rings agree with the snapshot. It must
    /// be quick and not throw, and may change the pool. Any thread.
    /// </summary>
    public void Follow(Action<PoolUpdate> follower) => _updates.Add(follower);

    /// <summary>No longer calls the follower; a call in progress ends normally.</summary>
    public void Unfollow(Action<PoolUpdate> follower) => _updates.Remove(follower);

    /// <summary>Makes <paramref name="next"/> the snapshot that workers see from their next request on.</summary>
    internal void Publish(PoolSnapshot next) => _current = next;
}
