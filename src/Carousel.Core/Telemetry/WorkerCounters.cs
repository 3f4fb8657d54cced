using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Telemetry;

/// <summary>
/// One worker's counters of its loop and its clients. The worker's thread writes with plain additions; any thread may read, and each counter is read separately.
/// </summary>
public sealed class WorkerCounters
{
    private Written _written;
    private readonly long[] _byReason = new long[FailureReasons.Count];

    /// <summary>Requests without a complete response from a server, by reason: the failures clients see. Successful retries are not counted.</summary>
    public ReadOnlySpan<long> ByReason => _byReason;

    /// <summary>The sum of <see cref="ByReason"/>, without client-side reasons.</summary>
    public long Failures => FailureReasons.SumButClients(_byReason);

    /// <summary>Requests whose heads were accepted.</summary>
    public ref long Requests => ref _written.Requests;

    /// <summary>Open client connections.</summary>
    public ref long Connections => ref _written.Connections;

    /// <summary>Accepted client connections.</summary>
    public ref long Accepted => ref _written.Accepted;

    /// <summary>Idle client connections evicted to make room for new connections.</summary>
    public ref long Evicted => ref _written.Evicted;

    /// <summary>Requests queued for a server with a free slot.</summary>
    public ref long Waiting => ref _written.Waiting;

    /// <summary>Loop ticks that had work to do.</summary>
    public ref long Ticks => ref _written.Ticks;

    /// <summary>Total duration of those ticks, in microseconds; the rest is idle time.</summary>
    public ref long BusyMicros => ref _written.BusyMicros;

    /// <summary>Counts a request that failed for its client.</summary>
    public void Failed(FailureReason reason) => _byReason[(int)reason]++;

    /// <summary>Counts a tick. The worker's thread only.</summary>
    public void EndTick(long micros)
    {
        Ticks++;
        BusyMicros += micros;
        if (micros > Volatile.Read(ref _written.LongestTick))
        {
            Volatile.Write(ref _written.LongestTick, micros);
        }
    }

    /// <summary>The longest tick since the last call, in microseconds. Any thread; a tick ending concurrently may be missed.</summary>
    public long TakeLongestTick() => Interlocked.Exchange(ref _written.LongestTick, 0);

    /// <summary>Written for every request. All workers' counters are made one after the other.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 3 * CacheLines.Apart)]
    private struct Written
    {
        [FieldOffset(CacheLines.Apart)]
        public long Requests;

        [FieldOffset(CacheLines.Apart + 8)]
        public long Ticks;

        [FieldOffset(CacheLines.Apart + 16)]
        public long BusyMicros;

        /// <summary>Since the last <see cref="TakeLongestTick"/>, in microseconds.</summary>
        [FieldOffset(CacheLines.Apart + 24)]
        public long LongestTick;

        [FieldOffset(CacheLines.Apart + 32)]
        public long Connections;

        [FieldOffset(CacheLines.Apart + 40)]
        public long Accepted;

        [FieldOffset(CacheLines.Apart + 48)]
        public long Evicted;

        [FieldOffset(CacheLines.Apart + 56)]
        public long Waiting;
    }
}
