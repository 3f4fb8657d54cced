using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Pools;

/// <summary>Counts and limits the requests that wait for a server with room, over all workers. Any thread.</summary>
/// <param name="max">Maximum number of waiting requests; 0 for none.</param>
public sealed class QueueLimit(int max)
{
    private Written _written;

    /// <summary>Waiting requests.</summary>
    public int Waiting => Volatile.Read(ref _written.Waiting);

    /// <summary>Counts one more, until <see cref="Leave"/>; false if the limit is reached.</summary>
    public bool TryEnter()
    {
        if (Waiting >= max)
        {
            return false; // Nothing is written: a rejection must be cheap.
        }
        if (Interlocked.Increment(ref _written.Waiting) <= max)
        {
            return true;
        }
        Leave();
        return false;
    }

    /// <summary>A request no longer waits.</summary>
    public void Leave() => Interlocked.Decrement(ref _written.Waiting);

    /// <summary>Read by every request, so not on a cache line that something else writes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Apart)]
    private struct Written
    {
        [FieldOffset(CacheLines.Apart)]
        public int Waiting;
    }
}
