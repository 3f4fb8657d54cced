namespace Carousel.Engine.Proxy;

/// <summary>Counts and limits the requests that wait for a server with room, over all workers. Any thread.</summary>
internal sealed class QueueLimit(int max)
{
    private int _waiting;

    /// <summary>Waiting requests.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Counts one more, until <see cref="Leave"/>; false if the limit is reached.</summary>
    public bool TryEnter()
    {
        if (Waiting >= max)
        {
            return false; // Nothing is written: a rejection must be cheap.
        }
        if (Interlocked.Increment(ref _waiting) <= max)
        {
            return true;
        }
        Leave();
        return false;
    }

    /// <summary>A request no longer waits.</summary>
    public void Leave() => Interlocked.Decrement(ref _waiting);
}
