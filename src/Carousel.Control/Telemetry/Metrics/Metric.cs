namespace Carousel.Control.Telemetry;

/// <summary>What a metric's numbers are.</summary>
public enum MetricKind : byte
{
    /// <summary>Only grows, from 0 at the start of the process.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by how much; only grows.</summary>
    Histogram,
}

/// <summary>One metric, with all that docs/METRICS.md says of it.</summary>
/// <param name="Name">By the conventions of Prometheus: the unit and <c>_total</c> at its end.</param>
/// <param name="Kind">What its numbers are.</param>
/// <param name="Unit">In the notation of UCUM, as OpenTelemetry wants it: <c>s</c>, <c>By</c>, <c>{request}</c>; empty for none.</param>
/// <param name="Help">One sentence for people, without the final stop.</param>
/// <param name="Labels">Names of its labels: none, one or two.</param>
public sealed record Metric(string Name, MetricKind Kind, string Unit, string Help, params string[] Labels);

/// <summary>Takes metrics: all numbers of one, then those of the next.</summary>
public interface IMetricSink
{
    /// <summary>What follows belongs to this metric.</summary>
    void Begin(Metric metric);

    /// <summary>A number of the metric that was begun.</summary>
    /// <param name="value">Not for a histogram.</param>
    /// <param name="first">The value of its first label; null if it has none.</param>
    /// <param name="second">The value of its second label; null if it has none.</param>
    void Add(double value, string? first = null, string? second = null);

    /// <summary>A histogram of the metric that was begun.</summary>
    /// <param name="value">Good for the call only.</param>
    /// <param name="first">The value of its only label.</param>
    void Add(in HistogramValue value, string first);
}

/// <summary>Where metrics come from: one part of the balancer.</summary>
public interface IMetricSource
{
    /// <summary>All metrics that it has, in the order in which it tells them.</summary>
    IReadOnlyList<Metric> Metrics { get; }

    /// <summary>Tells each of its metrics as it is now. One thread at a time.</summary>
    void Collect(IMetricSink sink);
}

/// <summary>What a histogram counted up to now.</summary>
/// <param name="counts">How many fell between two bounds: one for each of <see cref="LatencyBounds"/>, and one for what is above the last.</param>
/// <param name="sumMicros">The sum of all, in microseconds.</param>
public readonly ref struct HistogramValue(ReadOnlySpan<long> counts, long sumMicros)
{
    /// <summary>How many fell between two bounds, the last one for what is above all.</summary>
    public ReadOnlySpan<long> Counts { get; } = counts;

    /// <summary>The sum of all, in seconds.</summary>
    public double SumSeconds => sumMicros / 1e6;
}
