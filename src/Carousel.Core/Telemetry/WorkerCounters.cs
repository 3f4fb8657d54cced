namespace Carousel.Core.Telemetry;

/// <summary>
/// One worker's counters of its loop and its clients. The worker's thread writes with plain additions; any thread may read, and each counter is read separately.
/// </summary>
public sealed class WorkerCounters
{
    private readonly long[] _byReason = new long[FailureReasons.Count];

    /// <summary>Requests without a complete response from a server, by reason: the failures clients see. Successful retries are not counted.</summary>
    public ReadOnlySpan<long> ByReason => _byReason;

    /// <summary>The sum of <see cref="ByReason"/>, without client-side reasons.</summary>
    public long Failures => FailureReasons.SumButClients(_byReason);

    /// <summary>Requests whose heads were accepted.</summary>
    public long Requests;

    /// <summary>Open client connections.</summary>
    public long Connections;

    /// <summary>Accepted client connections.</summary>
    public long Accepted;

    /// <summary>Idle client connections evicted to make room for new connections.</summary>
    public long Evicted;

    /// <summary>Requests queued for a server with a free slot.</summary>
    public long Waiting;

    /// <summary>Loop ticks that had work to do.</summary>
    public long Ticks;

    /// <summary>Total duration of those ticks, in microseconds; the rest is idle time.</summary>
    public long BusyMicros;

    /// <summary>The longest tick since the last <see cref="TakeLongestTick"/>, in microseconds.</summary>
    private long _longestTick;

    /// <summary>Counts a request that failed for its client.</summary>
    public void Failed(FailureReason reason) => _byReason[(int)reason]++;

    /// <summary>Counts a tick. The worker's thread only.</summary>
    public void EndTick(long micros)
    {
        Ticks++;
        BusyMicros += micros;
        if (micros > Volatile.Read(ref _longestTick))
        {
            Volatile.Write(ref _longestTick, micros);
        }
    }

    /// <summary>The longest tick since the last call, in microseconds. Any thread; a tick ending concurrently may be missed.</summary>
    public long TakeLongestTick() => Interlocked.Exchange(ref _longestTick, 0);
}
