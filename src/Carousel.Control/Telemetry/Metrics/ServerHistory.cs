using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Accumulated counters of one or more servers, with latencies in the exported buckets. One thread at a time.</summary>
internal sealed class ServerHistory
{
    public ServerCounterSnapshot Counters { get; } = new();

    public ExportedHistogram FirstByte { get; } = new();

    public ExportedHistogram Total { get; } = new();

    /// <summary>Reads the current counters.</summary>
    /// <param name="traffic">The counters of one server; the same on every call.</param>
    /// <param name="firstByte">Scratch memory, overwritten.</param>
    /// <param name="total">Scratch memory, overwritten.</param>
    public void Update(ServerTraffic traffic, LatencyTotals firstByte, LatencyTotals total)
    {
        traffic.Read(Counters);
        traffic.ReadLatencies(firstByte, total);
        FirstByte.Update(firstByte);
        Total.Update(total);
    }

    /// <summary>Adds the counters of another server.</summary>
    public void Add(ServerHistory other)
    {
        Counters.Add(other.Counters);
        FirstByte.Add(other.FirstByte);
        Total.Add(other.Total);
    }
}

/// <summary>A histogram in the exported buckets. Its counts never decrease. One thread at a time.</summary>
internal sealed class ExportedHistogram
{
    private readonly long[] _counts = new long[LatencyBounds.Count + 1];
    private readonly long[] _seen = new long[LatencyBounds.Count + 1];

    public long SumMicros { get; private set; }

    public HistogramValue Value => new(_counts, SumMicros);

    /// <summary>Adds the values since the last call.</summary>
    public void Update(LatencyTotals totals)
    {
        Span<long> below = stackalloc long[_counts.Length];
        totals.CountBelow(LatencyBounds.Micros, below);
        below[^1] = totals.Count;
        for (int i = 0; i < _counts.Length; i++)
        {
            long now = below[i] - (i == 0 ? 0 : below[i - 1]);
            // Workers count in 32 bits, which may wrap around: the difference is still correct. A decreasing bucket would be read as a restart.
            _counts[i] += (uint)(now - _seen[i]);
            _seen[i] = now;
        }
        SumMicros = totals.SumMicros;
    }

    public void Add(ExportedHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
        SumMicros += other.SumMicros;
    }
}
