namespace Carousel.Control.Telemetry;

/// <summary>All metrics of the balancer. Any thread: readings come one after the other, each of one moment as far as numbers that never stand still can be.</summary>
/// <param name="sources">In the order in which they are told.</param>
public sealed class MetricsCollector(IReadOnlyList<IMetricSource> sources)
{
    private readonly Lock _gate = new();

    /// <summary>All metrics there are, in the order in which they are told.</summary>
    public IReadOnlyList<Metric> Metrics { get; } = [.. sources.SelectMany(source => source.Metrics)];

    /// <summary>Tells all metrics as they are now. Blocks while another reading is under way.</summary>
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
