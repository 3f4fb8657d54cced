using System.Diagnostics;

namespace Carousel.Control.Telemetry;

/// <summary>
/// From the workers' clock, which has an arbitrary start, to the time of day. It is asked to look anew from time to time: the time of day is set, and runs at a
/// speed of its own.
/// </summary>
internal sealed class WallClock
{
    private readonly TimeProvider _time;
    private readonly Func<long> _workersNow;
    private long _offset;

    /// <param name="time">The time of day.</param>
    /// <param name="workersNow">The workers' clock, in microseconds; null for the real one.</param>
    public WallClock(TimeProvider time, Func<long>? workersNow = null)
    {
        (_time, _workersNow) = (time, workersNow ?? (() => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency))));
        Look();
    }

    /// <summary>Compares the clocks anew.</summary>
    public void Look() => _offset = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond - _workersNow();

    /// <summary>Microseconds since 1970 of this time of the workers' clock.</summary>
    public long UnixMicros(long workersMicros) => _offset + workersMicros;
}
