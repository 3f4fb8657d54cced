using System.Collections.Immutable;

namespace Carousel.Core.Sessions;

/// <summary>
/// All that workers and the writer of the store share: the keys one way, events and counters the other. Neither waits for the other.
/// </summary>
public sealed class SessionChannel
{
    private int _isReaderAsleep;
    private int _storeEpoch = 1;

    /// <param name="options">What sessions may be told.</param>
    /// <param name="keys">The keys to begin with.</param>
    /// <param name="workers">How many workers there will be.</param>
    public SessionChannel(SessionOptions options, SessionKeys keys, int workers)
    {
        Options = options;
        Keys = new SessionKeyring(keys);
        Queues = [.. Enumerable.Range(0, workers).Select(_ => new SessionQueue())];
        Counters = [.. Enumerable.Range(0, workers).Select(_ => new SessionCounters())];
    }

    /// <summary>What sessions may be told.</summary>
    public SessionOptions Options { get; }

    /// <summary>The keys that sign cookies.</summary>
    public SessionKeyring Keys { get; }

    /// <summary>One for each worker.</summary>
    public ImmutableArray<SessionQueue> Queues { get; }

    /// <summary>One for each worker.</summary>
    public ImmutableArray<SessionCounters> Counters { get; }

    /// <summary>Released when there is something to read and the reader said that it sleeps; the reader waits on it.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    /// <summary>Which of the stores' lives this is, from 1: records told in an earlier one are told again. Any thread.</summary>
    public int StoreEpoch => Volatile.Read(ref _storeEpoch);

    /// <summary>The store has lost what it was told. The reader's thread.</summary>
    public void BeginStoreEpoch() => Interlocked.Increment(ref _storeEpoch);

    /// <summary>After writing to a queue: wakes the reader if it sleeps. Any worker's thread; costs a fence.</summary>
    public void Wake()
    {
        // The write to the queue must be seen before the reader is believed to be awake: it looks the other way round.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isReaderAsleep) != 0 && Interlocked.Exchange(ref _isReaderAsleep, 0) != 0)
        {
            Arrived.Release();
        }
    }

    /// <summary>
    /// The reader says that it is about to wait on <see cref="Arrived"/>; false if there is something to read after all. A wait that ends by its
    /// timeout, and a false while a worker was waking the reader, may leave a release behind, for which the next wait wakes for nothing.
    /// </summary>
    public bool TrySleep()
    {
        Interlocked.Exchange(ref _isReaderAsleep, 1);
        foreach (SessionQueue queue in Queues)
        {
            if (queue.Waiting != 0)
            {
                Volatile.Write(ref _isReaderAsleep, 0);
                return false;
            }
        }
        return true;
    }
}
