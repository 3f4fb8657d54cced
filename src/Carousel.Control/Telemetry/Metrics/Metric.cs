namespace Carousel.Control.Telemetry;

/// <summary>The type of a metric.</summary>
public enum MetricKind : byte
{
    /// <summary>Monotonic, from 0 at the start of the process.</summary>
    Counter,

    /// <summary>Can increase and decrease.</summary>
    Gauge,

    /// <summary>A distribution of values; its counts are monotonic.</summary>
    Histogram,
}

/// <summary>A metric, as documented in docs/METRICS.md.</summary>
/// <param name="Name">By the Prometheus conventions: with unit and <c>_total</c> suffixes.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Unit">In UCUM notation, as required by OpenTelemetry: <c>s</c>, <c>By</c>, <c>{request}</c>; empty for none.</param>
/// <param name="Help">A readable sentence without the final period.</param>
/// <param name="Labels">Its label names.</param>
public sealed record Metric(string Name, MetricKind Kind, string Unit, string Help, params string[] Labels);

/// <summary>Receives metrics one after the other, each with all its values.</summary>
public interface IMetricSink
{
    /// <summary>Begins a metric; the following values belong to it.</summary>
    void Begin(Metric metric);

    /// <summary>Adds a value of the current metric.</summary>
    /// <param name="value">Not for a histogram.</param>
    /// <param name="labels">The values of its labels, in the order of <see cref="Metric.Labels"/>.</param>
    void Add(double value, params ReadOnlySpan<string> labels);

    /// <summary>Adds a histogram of the current metric.</summary>
    /// <param name="value">Valid during the call only.</param>
    /// <param name="labels">The values of its labels, in the order of <see cref="Metric.Labels"/>.</param>
    void Add(in HistogramValue value, params ReadOnlySpan<string> labels);
}

/// <summary>A component of the balancer that provides metrics.</summary>
public interface IMetricSource
{
    /// <summary>Its metrics, in the order of collection.</summary>
    IReadOnlyList<Metric> Metrics { get; }

    /// <summary>Writes the current values of its metrics. One thread at a time.</summary>
    void Collect(IMetricSink sink);
}

/// <summary>The accumulated counts of a histogram.</summary>
/// <param name="counts">Counts per bucket: one for each of <see cref="LatencyBounds"/>, and one for values above the last bound.</param>
/// <param name="sumMicros">The sum of all values, in microseconds.</param>
public readonly ref struct HistogramValue(ReadOnlySpan<long> counts, long sumMicros)
{
    /// <summary>Counts per bucket; the last one for values above all bounds.</summary>
    public ReadOnlySpan<long> Counts { get; } = counts;

    /// <summary>The sum of all values, in seconds.</summary>
    public double SumSeconds => sumMicros / 1e6;
}
