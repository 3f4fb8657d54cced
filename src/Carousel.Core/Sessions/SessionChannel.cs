using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Sessions;

/// <summary>State shared by the workers and the store writer: keys in one direction, events and counters in the other. Neither side blocks the other.</summary>
public sealed class SessionChannel
{
    private Written _written;
    private int _storeEpoch = 1;

    /// <param name="options">Session options.</param>
    /// <param name="keys">The initial keys.</param>
    /// <param name="workers">Number of workers.</param>
    public SessionChannel(SessionOptions options, SessionKeys keys, int workers)
    {
        Options = options;
        Keys = new SessionKeyring(keys);
        Queues = [.. Enumerable.Range(0, workers).Select(_ => new SessionQueue())];
        Counters = [.. Enumerable.Range(0, workers).Select(_ => new SessionCounters())];
    }

    /// <summary>Session options.</summary>
    public SessionOptions Options { get; }

    /// <summary>The keys that sign cookies.</summary>
    public SessionKeyring Keys { get; }

    /// <summary>One per worker.</summary>
    public ImmutableArray<SessionQueue> Queues { get; }

    /// <summary>One per worker.</summary>
    public ImmutableArray<SessionCounters> Counters { get; }

    /// <summary>Released when an event is queued while the reader sleeps; the reader waits on it.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    /// <summary>Epoch of the store, from 1: records written in an earlier epoch are written again. Any thread.</summary>
    public int StoreEpoch => Volatile.Read(ref _storeEpoch);

    /// <summary>The store lost its records: starts a new epoch. The reader's thread.</summary>
    public void BeginStoreEpoch() => Interlocked.Increment(ref _storeEpoch);

    /// <summary>Wakes the reader if it sleeps; call after writing to a queue. Any worker's thread; costs a fence.</summary>
    public void Wake()
    {
        // The write to the queue must be visible before the reader's state is read; the reader checks in the opposite order.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _written.IsReaderAsleep) != 0 && Interlocked.Exchange(ref _written.IsReaderAsleep, 0) != 0)
        {
            Arrived.Release();
        }
    }

    /// <summary>
    /// Announces that the reader is about to wait on <see cref="Arrived"/>; false if an event is queued. A wait that times out, or a false while a
    /// worker wakes the reader, may leave a release behind; the next wait then returns without an event.
    /// </summary>
    public bool TrySleep()
    {
        Interlocked.Exchange(ref _written.IsReaderAsleep, 1);
        foreach (SessionQueue queue in Queues)
        {
            if (queue.Waiting != 0)
            {
                Volatile.Write(ref _written.IsReaderAsleep, 0);
                return false;
            }
        }
        return true;
    }

    /// <summary>On other cache lines than what every request reads: the reader and the worker that wakes it write it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Apart)]
    private struct Written
    {
        [FieldOffset(CacheLines.Apart)]
        public int IsReaderAsleep;
    }
}
