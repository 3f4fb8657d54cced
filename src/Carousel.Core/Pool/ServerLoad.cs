using System.Runtime.InteropServices;

namespace Carousel.Core.Pool;

/// <summary>
/// What all workers share of one server while they pick: how many requests it has and may have, and how fast it answers. Lives as long as its
/// <see cref="Server"/>, whatever is published meanwhile. Any thread; what every request writes is off the cache lines of what is only read.
/// </summary>
/// <remarks>
/// One exact count for all workers, not one for each: <c>max=</c> can't be held otherwise, and a policy would have to add up as many lines as there are
/// workers. A request pays two interlocked operations.
/// </remarks>
public sealed class ServerLoad
{
    private Written _written;
    private volatile int _max = int.MaxValue;

    /// <summary>The time in which an old latency loses all but 1/e of its weight: long enough to be smooth, short enough to see a server turn slow.</summary>
    private const double LatencyMemoryMs = 5_000;

    /// <summary>The least share that one answer has in the average.</summary>
    private const double LeastNews = 1.0 / 64;

    /// <summary>Requests in flight: picked, and not given back.</summary>
    public int InFlight => Volatile.Read(ref _written.InFlight);

    /// <summary>Most requests in flight at once; <see cref="int.MaxValue"/> for no limit.</summary>
    public int Max
    {
        get => _max;
        internal set => _max = value;
    }

    /// <summary>
    /// How long an answer's head is waited for, in microseconds: an average that forgets by time (EWMA). 0 before the first answer.
    /// </summary>
    public double LatencyMicros => Volatile.Read(ref _written.Latency);

    /// <summary>
    /// The same with a memory for bad news: a slow answer counts at once and in full, and is then forgotten by time, whether others come or not
    /// (the peak EWMA of Twitter's Finagle). 0 before the first answer.
    /// </summary>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public double PeakMicros(long nowMs) => Volatile.Read(ref _written.Peak) * Kept(nowMs);

    /// <summary>True once an answer's head came.</summary>
    public bool HasAnswered => LatencyMicros != 0;

    /// <summary>When the last answer's head came, in the worker's milliseconds; 0 before the first.</summary>
    public long AnsweredAt => Volatile.Read(ref _written.AnsweredAt);

    /// <summary>What its answers tell beside how long they took.</summary>
    public ServerNews News { get; } = new();

    /// <summary>True if there is room for one more, at this moment. The one place where a policy asks.</summary>
    public bool MayTake() => InFlight < _max;

    /// <summary>Takes one more request on, to be given back by <see cref="Leave"/>; false if there is no room.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _written.InFlight) <= _max)
        {
            return true;
        }
        Interlocked.Decrement(ref _written.InFlight);
        return false;
    }

    /// <summary>A request is over, whatever became of it.</summary>
    public void Leave() => Interlocked.Decrement(ref _written.InFlight);

    /// <summary>An answer's head came. Workers may overwrite one another's news: what is lost is one sample of many.</summary>
    /// <param name="tookMicros">Since its request was sent, in microseconds.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds: the same clock for all workers.</param>
    public void Answered(double tookMicros, long nowMs)
    {
        double before = LatencyMicros;
        double peak = Volatile.Read(ref _written.Peak);
        // Answers that come at one moment have no time between them, but each says something.
        double weight = before == 0 ? 0 : Math.Min(Kept(nowMs), 1 - LeastNews);
        Volatile.Write(ref _written.Latency, before * weight + tookMicros * (1 - weight));
        Volatile.Write(ref _written.Peak, tookMicros > peak ? tookMicros : peak * weight + tookMicros * (1 - weight));
        Volatile.Write(ref _written.AnsweredAt, nowMs);
    }

    /// <summary>What is left now of the weight that the last answer had.</summary>
    private double Kept(long nowMs) => Math.Exp(-Math.Max(0, nowMs - AnsweredAt) / LatencyMemoryMs);

    [StructLayout(LayoutKind.Explicit, Size = 2 * Apart)]
    private struct Written
    {
        // Two lines of x64 (it fetches them in pairs), one of the larger arm64 cores.
        private const int Apart = 128;

        [FieldOffset(Apart)]
        public int InFlight;

        [FieldOffset(Apart + 8)]
        public double Latency;

        [FieldOffset(Apart + 16)]
        public long AnsweredAt;

        [FieldOffset(Apart + 24)]
        public double Peak;
    }
}
