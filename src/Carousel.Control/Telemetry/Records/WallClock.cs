using System.Diagnostics;

namespace Carousel.Control.Telemetry;

/// <summary>
/// Converts the workers' clock, which has an arbitrary origin, to wall-clock time. The offset is refreshed regularly, because wall-clock time
/// can be set and drifts.
/// </summary>
internal sealed class WallClock
{
    private readonly TimeProvider _time;
    private readonly Func<long> _workersNow;
    private long _offset;

    /// <param name="time">The wall clock.</param>
    /// <param name="workersNow">The workers' clock, in microseconds; null for the real one.</param>
    public WallClock(TimeProvider time, Func<long>? workersNow = null)
    {
        (_time, _workersNow) = (time, workersNow ?? (() => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency))));
        Look();
    }

    /// <summary>Refreshes the offset between the clocks.</summary>
    public void Look() => _offset = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond - _workersNow();

    /// <summary>Converts a time of the workers' clock to microseconds since 1970.</summary>
    public long UnixMicros(long workersMicros) => _offset + workersMicros;
}
