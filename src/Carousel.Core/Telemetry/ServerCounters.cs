using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Telemetry;

/// <summary>
/// One worker's counters of one server, made for its first request. The worker's thread writes with plain additions; any thread may read, and each counter
/// is read separately. All except <see cref="OpenConnections"/> are monotonic.
/// </summary>
public sealed class ServerCounters
{
    /// <summary>Status classes: index 2 is 2xx. 0 is unused, 1 counts only 101: other interim responses are not counted.</summary>
    public const int Classes = 6;

    private static readonly long[] NoReasons = new long[FailureReasons.Count];

    private Written _written;

    /// <summary>Null while nothing has failed: true of most servers, and a third of the memory.</summary>
    private long[]? _byReason;

    /// <summary>Responses forwarded from the server, by status / 100.</summary>
    public ReadOnlySpan<long> ByClass => _written.ByClass;

    /// <summary>Failed attempts, by <see cref="FailureReason"/>.</summary>
    public ReadOnlySpan<long> ByReason => Volatile.Read(ref _byReason) ?? NoReasons;

    /// <summary>Requests sent to the server, including retries.</summary>
    public ref long Attempts => ref _written.Attempts;

    /// <summary>Connections opened or attempted.</summary>
    public ref long Connects => ref _written.Connects;

    /// <summary>Attempts over a kept-alive connection.</summary>
    public ref long Reuses => ref _written.Reuses;

    /// <summary>Open connections, idle or in use.</summary>
    public ref long OpenConnections => ref _written.OpenConnections;

    /// <summary>Bytes sent to the server, heads included.</summary>
    public ref long BytesSent => ref _written.BytesSent;

    /// <summary>Bytes received from the server, heads included.</summary>
    public ref long BytesReceived => ref _written.BytesReceived;

    /// <summary>From sending the request to receiving the response head.</summary>
    public LatencyHistogram FirstByte { get; } = new();

    /// <summary>From receiving the request head to forwarding the whole response, including queueing and retries.</summary>
    public LatencyHistogram Total { get; } = new();

    /// <summary>Counts a forwarded response.</summary>
    /// <param name="status">From 100 to 599; other values count in the nearest class.</param>
    public void CountResponse(int status) => _written.ByClass[Math.Clamp(status / 100, 1, Classes - 1)]++;

    /// <summary>Counts a failed attempt.</summary>
    public void Failed(FailureReason reason) => (_byReason ??= new long[FailureReasons.Count])[(int)reason]++;

    [InlineArray(Classes)]
    private struct ClassCounts
    {
        private long _first;
    }

    /// <summary>
    /// Apart from the object before it, which may be another worker's, by one cache line only: there are as many of these as servers times workers. The
    /// histograms follow it.
    /// </summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct Written
    {
        [FieldOffset(CacheLines.Line)]
        public long Attempts;

        [FieldOffset(CacheLines.Line + 8)]
        public long Reuses;

        [FieldOffset(CacheLines.Line + 16)]
        public long BytesSent;

        [FieldOffset(CacheLines.Line + 24)]
        public long BytesReceived;

        [FieldOffset(CacheLines.Line + 32)]
        public long Connects;

        [FieldOffset(CacheLines.Line + 40)]
        public long OpenConnections;

        [FieldOffset(CacheLines.Line + 48)]
        public ClassCounts ByClass;
    }
}
