using Carousel.Control.Supervision;

namespace Carousel.Control.Telemetry;

/// <summary>Failures of background tasks.</summary>
/// <param name="supervisor">Counts them.</param>
public sealed class SupervisorMetrics(Supervisor supervisor) : IMetricSource
{
    private static readonly Metric Failures = new("carousel_background_failures_total", MetricKind.Counter, "{failure}",
        "Failures of background tasks (loops, timers), each logged and restarted: each is a bug in the balancer", "task");

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Failures];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Failures);
        foreach ((string name, long count) in supervisor.Failures)
        {
            sink.Add(count, name);
        }
    }
}
