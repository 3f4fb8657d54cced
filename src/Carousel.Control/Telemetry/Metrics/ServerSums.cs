using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>What was counted of a server, or of several, in the buckets that are told. One thread at a time.</summary>
internal sealed class ServerSums
{
    private readonly long[] _byClass = new long[ServerCounters.Classes];
    private readonly long[] _byReason = new long[FailureReasons.Count];

    public ReadOnlySpan<long> ByClass => _byClass;

    public ReadOnlySpan<long> ByReason => _byReason;

    public long Attempts { get; private set; }

    public long Connects { get; private set; }

    public long Reuses { get; private set; }

    public long OpenConnections { get; private set; }

    public long BytesSent { get; private set; }

    public long BytesReceived { get; private set; }

    public LatencySums FirstByte { get; } = new();

    public LatencySums Total { get; } = new();

    /// <summary>Takes over what is counted now.</summary>
    public void Update(ServerTotals totals)
    {
        for (int i = 0; i < _byClass.Length; i++)
        {
            _byClass[i] = totals.ByClass[i];
        }
        for (int i = 0; i < _byReason.Length; i++)
        {
            _byReason[i] = totals.ByReason[i];
        }
        (Attempts, Connects, Reuses, OpenConnections) = (totals.Attempts, totals.Connects, totals.Reuses, totals.OpenConnections);
        (BytesSent, BytesReceived) = (totals.BytesSent, totals.BytesReceived);
        FirstByte.Update(totals.FirstByte);
        Total.Update(totals.Total);
    }

    /// <summary>Adds another's.</summary>
    public void Add(ServerSums other)
    {
        for (int i = 0; i < _byClass.Length; i++)
        {
            _byClass[i] += other._byClass[i];
        }
        for (int i = 0; i < _byReason.Length; i++)
        {
            _byReason[i] += other._byReason[i];
        }
        Attempts += other.Attempts;
        Connects += other.Connects;
        Reuses += other.Reuses;
        BytesSent += other.BytesSent;
        BytesReceived += other.BytesReceived;
        FirstByte.Add(other.FirstByte);
        Total.Add(other.Total);
    }
}

/// <summary>A histogram in the buckets that are told, which only grow. One thread at a time.</summary>
internal sealed class LatencySums
{
    private readonly long[] _counts = new long[LatencyBounds.Count + 1];
    private readonly long[] _seen = new long[LatencyBounds.Count + 1];

    public long SumMicros { get; private set; }

    public HistogramValue Value => new(_counts, SumMicros);

    /// <summary>Takes over what is counted now.</summary>
    public void Update(LatencyTotals totals)
    {
        Span<long> below = stackalloc long[_counts.Length];
        totals.CountBelow(LatencyBounds.Micros, below);
        below[^1] = totals.Count;
        for (int i = 0; i < _counts.Length; i++)
        {
            long now = below[i] - (i == 0 ? 0 : below[i - 1]);
            // The difference, since what is counted has 32 bits and goes round: a bucket that shrank would pass for a restart.
            _counts[i] += (uint)(now - _seen[i]);
            _seen[i] = now;
        }
        SumMicros = totals.SumMicros;
    }

    public void Add(LatencySums other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
        SumMicros += other.SumMicros;
    }
}
