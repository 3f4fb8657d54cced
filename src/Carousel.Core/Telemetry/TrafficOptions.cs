namespace Carousel.Core.Telemetry;

/// <summary>What workers tell of each request.</summary>
public sealed record TrafficOptions
{
    /// <summary>Only counters.</summary>
    public static readonly TrafficOptions NoRecords = new() { RecordBytes = 0 };

    /// <summary>Bytes of memory for the records of each worker's last requests; 0 for no records. A power of two.</summary>
    public int RecordBytes { get; init; } = 1 << 20;

    /// <summary>Most bytes of a request's target that are recorded.</summary>
    public int MaxTarget { get; init; } = 256;

    /// <summary>Records have the fields of the request that an access log shows, too: Host, User-Agent and Referer.</summary>
    public bool WithFields { get; init; }
}
