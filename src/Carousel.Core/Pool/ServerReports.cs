using System.Runtime.CompilerServices;

namespace Carousel.Core.Pool;

/// <summary>
/// What a server's answers tell beside how long they took: whether they fail, and what the server says of itself (docs/POLICIES.md). Any thread; workers may
/// overwrite one another's news: what is lost is one answer of many.
/// </summary>
public sealed class ServerReports
{
    /// <summary>Least and most that a server may say of its capacity, in the unit of <c>weight=</c>.</summary>
    public const double MinCapacity = 0.001, MaxCapacity = 1_000_000;

    /// <summary>A report that is this old counts for nothing, and until then for less and less.</summary>
    public const long ReportLifeMs = 10_000;

    /// <summary>The share that one answer has in <see cref="FailedShare"/>.</summary>
    private const double Newest = 1.0 / 64;

    /// <summary>Less is none: it saves writing while nothing fails.</summary>
    private const double LeastShare = 1e-4;

    private double _failedShare;
    private long _failedAt;
    private double _capacity;
    private double _load;
    private long _capacityAt;
    private long _loadAt;

    /// <summary>
    /// The share of the last answers, some 64 of them, that were failures; 0 to 1. It counts for less and less while none follows, and after
    /// <see cref="ReportLifeMs"/> for nothing: a server that is avoided for it gets no answers that would tell otherwise.
    /// </summary>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double FailedShare(long nowMs)
    {
        double share = Volatile.Read(ref _failedShare);
        return share == 0 ? 0 : Fade(share, nowMs - Volatile.Read(ref _failedAt), otherwise: 0);
    }

    /// <summary>An answer came.</summary>
    /// <param name="failed">It is the server's failure (a status from 500).</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public void OnResponse(bool failed, long nowMs)
    {
        double before = Volatile.Read(ref _failedShare);
        if (failed || before != 0)
        {
            double share = before + ((failed ? 1 : 0) - before) * Newest;
            Volatile.Write(ref _failedShare, share < LeastShare ? 0 : share);
        }
        if (failed)
        {
            Volatile.Write(ref _failedAt, nowMs);
        }
    }

    /// <summary>The server says what it can do. What is out of bounds counts for nothing.</summary>
    /// <param name="capacity">From <see cref="MinCapacity"/> to <see cref="MaxCapacity"/>.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public void ReportCapacity(double capacity, long nowMs)
    {
        if (capacity is >= MinCapacity and <= MaxCapacity)
        {
            Volatile.Write(ref _capacity, capacity);
            Volatile.Write(ref _capacityAt, nowMs);
        }
    }

    /// <summary>The server says how busy it is. What is out of bounds counts for nothing.</summary>
    /// <param name="load">0 idle, 1 fully used; more is possible, and counts as much.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public void ReportLoad(double load, long nowMs)
    {
        if (load is >= 0 and < double.PositiveInfinity)
        {
            Volatile.Write(ref _load, Math.Min(load, 1));
            Volatile.Write(ref _loadAt, nowMs);
        }
    }

    /// <summary>What the server reported of its capacity; the older the report, the more like what is said of it otherwise.</summary>
    /// <param name="otherwise">Its weight.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public double Capacity(double otherwise, long nowMs) => Fade(ref _capacity, ref _capacityAt, otherwise, nowMs);

    /// <summary>The load that the server reported, 0 to 1; the older the report, the more like what is assumed otherwise.</summary>
    /// <param name="otherwise">Of a server that says nothing.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public double Load(double otherwise, long nowMs) => Fade(ref _load, ref _loadAt, otherwise, nowMs);

    /// <summary>Inlined: most servers report nothing, and policies ask of each server they look at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Fade(ref double value, ref long at, double otherwise, long nowMs)
    {
        long reportedAt = Volatile.Read(ref at);
        return reportedAt == 0 ? otherwise : Fade(Volatile.Read(ref value), nowMs - reportedAt, otherwise);
    }

    private static double Fade(double value, long ageMs, double otherwise)
    {
        double trust = 1 - Math.Clamp(ageMs, 0, ReportLifeMs) * (1.0 / ReportLifeMs);
        return otherwise + (value - otherwise) * trust;
    }
}
