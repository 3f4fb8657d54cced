namespace Carousel.Control.Telemetry;

/// <summary>All metrics of the balancer. Any thread: readings are serialized. Counters may change during a reading.</summary>
/// <param name="sources">In the order of collection.</param>
public sealed class MetricsCollector(IReadOnlyList<IMetricSource> sources)
{
    private readonly Lock _gate = new();

    /// <summary>All metrics, in the order of collection.</summary>
    public IReadOnlyList<Metric> Metrics { get; } = [.. sources.SelectMany(source => source.Metrics)];

    /// <summary>Writes the current values of all metrics. Blocks while another reading is in progress.</summary>
    public void Collect(IMetricSink sink)
    {
        lock (_gate)
        {
            foreach (IMetricSource source in sources)
            {
                source.Collect(sink);
            }
        }
    }
}
