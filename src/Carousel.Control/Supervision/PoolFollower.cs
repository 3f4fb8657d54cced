using Carousel.Core.Pools;

namespace Carousel.Control.Supervision;

/// <summary>
/// What follows a pool: it is told what changed, first with all servers as added. Its updates come in order and one at a time, on the thread that changed the
/// pool, once the rings agree with the snapshot and outside the lock of the membership.
/// </summary>
/// <param name="pool">The pool to follow.</param>
public abstract class PoolFollower(Pool pool) : IDisposable
{
    private volatile bool _isOver;

    /// <summary>The pool that it follows.</summary>
    protected Pool Pool => pool;

    /// <summary>Begins to follow; <see cref="OnUpdate"/> has got the pool's servers when this returns. Call once.</summary>
    protected void Follow() => pool.Follow(Take);

    /// <summary>The pool changed. Must be quick and not throw; may change the pool, which is another update after this one.</summary>
    protected abstract void OnUpdate(PoolUpdate update);

    /// <summary>Stops following.</summary>
    public virtual void Dispose()
    {
        _isOver = true;
        pool.Unfollow(Take);
    }

    private void Take(PoolUpdate update)
    {
        if (!_isOver)
        {
            OnUpdate(update);
        }
    }
}
