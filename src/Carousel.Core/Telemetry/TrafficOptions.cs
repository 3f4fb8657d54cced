namespace Carousel.Core.Telemetry;

/// <summary>What workers record of each request.</summary>
public sealed record TrafficOptions
{
    /// <summary>Counters only.</summary>
    public static readonly TrafficOptions NoRecords = new() { RecordBytes = 0 };

    /// <summary>Memory for the records of each worker's recent requests, in bytes; a power of two, or 0 for no records.</summary>
    public int RecordBytes { get; init; } = 1 << 20;

    /// <summary>Maximum bytes recorded of a request target.</summary>
    public int MaxTarget { get; init; } = 256;

    /// <summary>Records also have the fields of the access log: Host, User-Agent and Referer.</summary>
    public bool WithFields { get; init; }
}
