namespace Carousel.Engine.Proxy;

/// <summary>Counts the requests that wait for a server with room, over all workers, and bounds them. Any thread.</summary>
internal sealed class QueueLimit(int max)
{
    private int _waiting;

    /// <summary>Requests that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Counts one more, to be counted out by <see cref="Leave"/>; false if as many wait as may.</summary>
    public bool TryEnter()
    {
        if (Waiting >= max)
        {
            return false; // Nothing is written: to be turned away must be cheap.
        }
        if (Interlocked.Increment(ref _waiting) <= max)
        {
            return true;
        }
        Leave();
        return false;
    }

    /// <summary>One waits no more.</summary>
    public void Leave() => Interlocked.Decrement(ref _waiting);
}
