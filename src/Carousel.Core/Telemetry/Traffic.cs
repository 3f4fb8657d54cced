namespace Carousel.Core.Telemetry;

/// <summary>
/// Traffic statistics of the workers: counters and records of recent requests. Statistics per server are in its <see cref="ServerTraffic"/>.
/// Created before the workers; any thread may read.
/// </summary>
/// <param name="workers">Number of workers.</param>
/// <param name="options">What is recorded.</param>
public sealed class Traffic(int workers, TrafficOptions options)
{
    /// <summary>What is recorded.</summary>
    public TrafficOptions Options => options;

    /// <summary>Each worker's counters.</summary>
    public IReadOnlyList<WorkerCounters> Workers { get; } = [.. Enumerable.Range(0, workers).Select(_ => new WorkerCounters())];

    /// <summary>Each worker's recent requests.</summary>
    public IReadOnlyList<RecordRing> Records { get; } = [.. Enumerable.Range(0, workers).Select(_ => new RecordRing(options.RecordBytes))];
}
