namespace Carousel.Core.Telemetry;

/// <summary>
/// One worker's counters of one server. The worker's thread writes with plain additions; any thread may read, and each counter is read separately.
/// All except <see cref="OpenConnections"/> are monotonic.
/// </summary>
public sealed class ServerCounters
{
    /// <summary>Status classes: index 2 is 2xx. 0 is unused, 1 counts only 101: other interim responses are not counted.</summary>
    public const int Classes = 6;

    private readonly long[] _byClass = new long[Classes];
    private readonly long[] _byReason = new long[FailureReasons.Count];

    /// <summary>Responses forwarded from the server, by status / 100.</summary>
    public ReadOnlySpan<long> ByClass => _byClass;

    /// <summary>Failed attempts, by <see cref="FailureReason"/>.</summary>
    public ReadOnlySpan<long> ByReason => _byReason;

    /// <summary>Requests sent to the server, including retries.</summary>
    public long Attempts;

    /// <summary>Connections opened or attempted.</summary>
    public long Connects;

    /// <summary>Attempts over a kept-alive connection.</summary>
    public long Reuses;

    /// <summary>Open connections, idle or in use.</summary>
    public long OpenConnections;

    /// <summary>Bytes sent to the server, heads included.</summary>
    public long BytesSent;

    /// <summary>Bytes received from the server, heads included.</summary>
    public long BytesReceived;

    /// <summary>From sending the request to receiving the response head.</summary>
    public LatencyHistogram FirstByte { get; } = new();

    /// <summary>From receiving the request head to forwarding the whole response, including queueing and retries.</summary>
    public LatencyHistogram Total { get; } = new();

    /// <summary>Counts a forwarded response.</summary>
    /// <param name="status">From 100 to 599; other values count in the nearest class.</param>
    public void CountResponse(int status) => _byClass[Math.Clamp(status / 100, 1, Classes - 1)]++;

    /// <summary>Counts a failed attempt.</summary>
    public void Failed(FailureReason reason) => _byReason[(int)reason]++;
}
