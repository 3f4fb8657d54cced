using System.Runtime.CompilerServices;

namespace Carousel.Core.Servers;

/// <summary>
/// Results of a server's responses other than latency: the share of failures, and capacity and load that the server reports (docs/POLICIES.md). Any
/// thread; concurrent updates may overwrite each other, which loses one sample of many.
/// </summary>
public sealed class ServerReports
{
    /// <summary>Limits of a reported capacity, in the unit of <c>weight=</c>.</summary>
    public const double MinCapacity = 0.001, MaxCapacity = 1_000_000;

    /// <summary>Lifetime of a report: its weight falls linearly to zero over this time.</summary>
    public const long ReportLifeMs = 10_000;

    /// <summary>Weight of one response in <see cref="FailedShare"/>.</summary>
    private const double Newest = 1.0 / 64;

    /// <summary>Smaller shares are rounded to zero, which saves writes while nothing fails.</summary>
    private const double LeastShare = 1e-4;

    private double _failedShare;
    private long _failedAt;
    private double _capacity;
    private double _load;
    private long _capacityAt;
    private long _loadAt;

    /// <summary>
    /// The share of failures in the last 64 or so responses, 0 to 1. It fades to zero within <see cref="ReportLifeMs"/> after the last failure: a
    /// server that is avoided for its failures gets no responses that would correct the share.
    /// </summary>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double FailedShare(long nowMs)
    {
        double share = Volatile.Read(ref _failedShare);
        return share == 0 ? 0 : Fade(share, nowMs - Volatile.Read(ref _failedAt), otherwise: 0);
    }

    /// <summary>A response was received.</summary>
    /// <param name="failed">True for a failure of the server (status 500 or higher).</param>
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

    /// <summary>The server reported its capacity. Values out of range are ignored.</summary>
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

    /// <summary>The server reported its load. Values out of range are ignored.</summary>
    /// <param name="load">0 idle, 1 fully used; higher values count as 1.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public void ReportLoad(double load, long nowMs)
    {
        if (load is >= 0 and < double.PositiveInfinity)
        {
            Volatile.Write(ref _load, Math.Min(load, 1));
            Volatile.Write(ref _loadAt, nowMs);
        }
    }

    /// <summary>The reported capacity; with age it converges to the default.</summary>
    /// <param name="otherwise">The default: its weight.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public double Capacity(double otherwise, long nowMs) => Fade(ref _capacity, ref _capacityAt, otherwise, nowMs);

    /// <summary>The reported load, 0 to 1; with age it converges to the default.</summary>
    /// <param name="otherwise">The default for a server without reports.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public double Load(double otherwise, long nowMs) => Fade(ref _load, ref _loadAt, otherwise, nowMs);

    /// <summary>Inlined: most servers report nothing, and policies call this for each server they compare.</summary>
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
