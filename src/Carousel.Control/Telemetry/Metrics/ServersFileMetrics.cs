using Carousel.Control.Discovery;

namespace Carousel.Control.Telemetry;

/// <summary>Whether the servers file is valid.</summary>
/// <param name="watcher">The watcher of the file.</param>
public sealed class ServersFileMetrics(ServersFileWatcher watcher) : IMetricSource
{
    private static readonly Metric Good = new("carousel_servers_file_good", MetricKind.Gauge, "",
        "1 while the servers file is valid; 0 while the last valid list is used instead");

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Good];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Good);
        sink.Add(watcher.Failure is null ? 1 : 0);
    }
}
