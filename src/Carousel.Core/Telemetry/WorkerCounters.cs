namespace Carousel.Core.Telemetry;

/// <summary>
/// What one worker counts of itself and of clients. That worker's thread writes, with plain additions; any thread may read, and sees each number as it is at
/// that moment.
/// </summary>
public sealed class WorkerCounters
{
    private readonly long[] _byReason = new long[FailureReasons.Count];

    /// <summary>Requests that did not get a server's answer whole, by why: what clients notice. Retries that went well are not among them.</summary>
    public ReadOnlySpan<long> ByReason => _byReason;

    /// <summary>All of <see cref="ByReason"/>, but for those where the client failed: it left, or what it sent was bad.</summary>
    public long Failures => FailureReasons.SumButClients(_byReason);

    /// <summary>Requests whose heads were accepted.</summary>
    public long Requests;

    /// <summary>Client connections that are open now.</summary>
    public long Connections;

    /// <summary>Client connections that were accepted.</summary>
    public long Accepted;

    /// <summary>Client connections that were closed, being idle, since another needed the place.</summary>
    public long Evicted;

    /// <summary>Requests that wait now for a server with room.</summary>
    public long Waiting;

    /// <summary>Turns of the loop that had something to do.</summary>
    public long Ticks;

    /// <summary>How long those took together, in microseconds: the rest of the time it waited.</summary>
    public long BusyMicros;

    /// <summary>The longest turn since the last <see cref="TakeLongestTick"/>, in microseconds.</summary>
    private long _longestTick;

    /// <summary>A request failed for its client.</summary>
    public void Failed(FailureReason reason) => _byReason[(int)reason]++;

    /// <summary>A turn is over. The worker's thread only.</summary>
    public void EndTick(long micros)
    {
        Ticks++;
        BusyMicros += micros;
        if (micros > Volatile.Read(ref _longestTick))
        {
            Volatile.Write(ref _longestTick, micros);
        }
    }

    /// <summary>The longest turn since the last call, in microseconds. Any thread; one that comes in between may be missed.</summary>
    public long TakeLongestTick() => Interlocked.Exchange(ref _longestTick, 0);
}
