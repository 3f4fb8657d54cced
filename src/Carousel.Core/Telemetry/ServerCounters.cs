namespace Carousel.Core.Telemetry;

/// <summary>
/// What one worker counts of one server. That worker's thread writes, with plain additions; any thread may read, and sees each number as it is at that
/// moment. All but <see cref="OpenConnections"/> only ever grow.
/// </summary>
public sealed class ServerCounters
{
    /// <summary>Classes of statuses: index 2 is 2xx. 0 and 1 are not used: interim answers are no answers, 101 counts as its class 1.</summary>
    public const int Classes = 6;

    private readonly long[] _byClass = new long[Classes];
    private readonly long[] _byReason = new long[FailureReasons.Count];

    /// <summary>Answers of the server whose heads were passed on, by status / 100.</summary>
    public ReadOnlySpan<long> ByClass => _byClass;

    /// <summary>Attempts that failed, by <see cref="FailureReason"/>.</summary>
    public ReadOnlySpan<long> ByReason => _byReason;

    /// <summary>Requests that were given to it, retries included.</summary>
    public long Attempts;

    /// <summary>Connections that were opened, or begun to be.</summary>
    public long Connects;

    /// <summary>Attempts that went over a connection kept from before.</summary>
    public long Reuses;

    /// <summary>Connections that are open now, kept or in use.</summary>
    public long OpenConnections;

    /// <summary>Bytes sent to it, heads included.</summary>
    public long BytesSent;

    /// <summary>Bytes received of it, heads included.</summary>
    public long BytesReceived;

    /// <summary>From the request being sent to the head of its answer.</summary>
    public LatencyHistogram FirstByte { get; } = new();

    /// <summary>From the request's head being there to its answer having been passed on whole, queue and retries included.</summary>
    public LatencyHistogram Total { get; } = new();

    /// <summary>An answer was passed on.</summary>
    /// <param name="status">From 100 to 599; others count as the nearest class.</param>
    public void CountResponse(int status) => _byClass[Math.Clamp(status / 100, 1, Classes - 1)]++;

    /// <summary>An attempt failed.</summary>
    public void Failed(FailureReason reason) => _byReason[(int)reason]++;
}
