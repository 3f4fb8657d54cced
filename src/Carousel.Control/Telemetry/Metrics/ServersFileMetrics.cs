using Carousel.Control.Discovery;

namespace Carousel.Control.Telemetry;

/// <summary>Whether the file of the servers can be used.</summary>
/// <param name="watcher">Of the file.</param>
public sealed class ServersFileMetrics(ServersFileWatcher watcher) : IMetricSource
{
    private static readonly Metric Good = new("carousel_servers_file_good", MetricKind.Gauge, "",
        "1 while the file of the servers can be used; 0 while the last good list is used in its place");

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Good];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Good);
        sink.Add(watcher.Failure is null ? 1 : 0);
    }
}
