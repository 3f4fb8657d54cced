using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>
/// Delivers the changes of a pool to its followers: each change once, in order, one at a time, and outside the lock of the membership, so that a follower may
/// change the pool. A follower's first update contains all servers; the changes before it are not delivered to it, and those after it are. Any thread.
/// </summary>
internal sealed class PoolUpdates(PoolSnapshot first)
{
    private readonly Lock _gate = new();
    private readonly Lock _delivering = new();
    private readonly Queue<(PoolUpdate Update, ImmutableArray<Action<PoolUpdate>> To)> _due = new();
    private ImmutableArray<Action<PoolUpdate>> _followers = [];
    private PoolSnapshot _last = first;

    /// <summary>Adds a follower and delivers its first update.</summary>
    public void Add(Action<PoolUpdate> follower)
    {
        lock (_gate)
        {
            _followers = _followers.Add(follower);
            _due.Enqueue((new PoolUpdate(null, _last, []), [follower]));
        }
        Deliver();
    }

    /// <summary>Removes a follower. An update that is being delivered may still reach it.</summary>
    public void Remove(Action<PoolUpdate> follower)
    {
        lock (_gate)
        {
            _followers = _followers.Remove(follower);
        }
    }

    /// <summary>Queues a change, to be called in the order of the changes; <see cref="Deliver"/> follows.</summary>
    /// <param name="now">The published snapshot; rings agree with it.</param>
    /// <param name="edited">Servers whose options changed.</param>
    public void Enqueue(PoolSnapshot now, IEnumerable<Server> edited)
    {
        lock (_gate)
        {
            if (!_followers.IsEmpty)
            {
                _due.Enqueue((new PoolUpdate(_last, now, edited), _followers));
            }
            _last = now;
        }
    }

    /// <summary>
    /// Delivers what is queued, and returns when all of it is delivered. In a follower that changes the pool it returns at once: that change is delivered after
    /// the current one.
    /// </summary>
    public void Deliver()
    {
        if (_delivering.IsHeldByCurrentThread)
        {
            return;
        }
        lock (_delivering)
        {
            while (TryTake(out PoolUpdate? update, out ImmutableArray<Action<PoolUpdate>> to))
            {
                foreach (Action<PoolUpdate> follower in to)
                {
                    follower(update);
                }
            }
        }
    }

    private bool TryTake([NotNullWhen(true)] out PoolUpdate? update, out ImmutableArray<Action<PoolUpdate>> to)
    {
        lock (_gate)
        {
            bool isDue = _due.TryDequeue(out (PoolUpdate Update, ImmutableArray<Action<PoolUpdate>> To) next);
            (update, to) = next;
            return isDue;
        }
    }
}
