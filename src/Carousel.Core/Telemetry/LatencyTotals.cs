namespace Carousel.Core.Telemetry;

/// <summary>The sum of several <see cref="LatencyHistogram"/>s at one moment. Must not be modified once shared.</summary>
public sealed class LatencyTotals
{
    private readonly long[] _counts = new long[LatencyHistogram.Buckets];

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum, in microseconds.</summary>
    public long SumMicros { get; private set; }

    /// <summary>Adds the counts of this histogram.</summary>
    public void Add(LatencyHistogram histogram)
    {
        histogram.AddTo(_counts);
        SumMicros += histogram.SumMicros;
        Count = _counts.Sum();
    }

    /// <summary>Adds another total.</summary>
    public void Add(LatencyTotals other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
        SumMicros += other.SumMicros;
        Count += other.Count;
    }

    /// <summary>The counts since an earlier reading of the same histograms.</summary>
    public LatencyTotals Since(LatencyTotals before)
    {
        var since = new LatencyTotals { SumMicros = SumMicros - before.SumMicros };
        for (int i = 0; i < _counts.Length; i++)
        {
            since._counts[i] = Math.Max(0, _counts[i] - before._counts[i]);
            since.Count += since._counts[i];
        }
        return since;
    }

    /// <summary>Adds the difference of two readings of the same histograms.</summary>
    internal void AddSince(LatencyTotals before, LatencyTotals now)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            long since = Math.Max(0, now._counts[i] - before._counts[i]);
            _counts[i] += since;
            Count += since;
        }
        SumMicros += now.SumMicros - before.SumMicros;
    }

    /// <summary>Resets it for reuse.</summary>
    internal void Clear()
    {
        Array.Clear(_counts);
        (Count, SumMicros) = (0, 0);
    }

    /// <summary>The percentile in microseconds, as the midpoint of its bucket. 0 if nothing was counted.</summary>
    /// <param name="share">From 0 to 1: 0.99 for the 99th percentile.</param>
    public double Percentile(double share)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(Count * Math.Clamp(share, 0, 1)));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return (LatencyHistogram.FirstOf(i) + LatencyHistogram.FirstOf(i + 1) - 1) / 2.0;
            }
        }
        return 0;
    }

    /// <summary>Number of values below this bound, to the resolution of the buckets: the value of a cumulative Prometheus bucket.</summary>
    /// <param name="micros">In microseconds.</param>
    public long CountBelow(long micros)
    {
        long below = 0;
        for (int i = 0; i < _counts.Length && LatencyHistogram.FirstOf(i + 1) <= micros + 1; i++)
        {
            below += _counts[i];
        }
        return below;
    }

    /// <summary>The same for several bounds in one pass.</summary>
    /// <param name="micros">In microseconds, ascending.</param>
    /// <param name="counts">Receives one count per bound, in the same order.</param>
    public void CountBelow(ReadOnlySpan<long> micros, Span<long> counts)
    {
        long below = 0;
        int bucket = 0;
        for (int i = 0; i < micros.Length; i++)
        {
            for (; bucket < _counts.Length && LatencyHistogram.FirstOf(bucket + 1) <= micros[i] + 1; bucket++)
            {
                below += _counts[bucket];
            }
            counts[i] = below;
        }
    }
}
