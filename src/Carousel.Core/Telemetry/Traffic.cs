namespace Carousel.Core.Telemetry;

/// <summary>
/// What the workers tell of the traffic, for whoever shows it: counters, and the requests of the last while. What concerns one server is with the server
/// (<see cref="Pool.Server.Traffic"/>). Made before the workers; any thread may read.
/// </summary>
/// <param name="workers">How many workers there are.</param>
/// <param name="options">What is told.</param>
public sealed class Traffic(int workers, TrafficOptions options)
{
    /// <summary>What is told.</summary>
    public TrafficOptions Options => options;

    /// <summary>Each worker's counters.</summary>
    public IReadOnlyList<WorkerCounters> Workers { get; } = [.. Enumerable.Range(0, workers).Select(_ => new WorkerCounters())];

    /// <summary>Each worker's last requests.</summary>
    public IReadOnlyList<RecordRing> Records { get; } = [.. Enumerable.Range(0, workers).Select(_ => new RecordRing(options.RecordBytes))];
}
