using System.Diagnostics;

namespace Carousel.Engine.Reactor;

/// <summary>A worker's source of time, read once per tick.</summary>
internal abstract class Clock
{
    /// <summary>Monotonic milliseconds from an arbitrary start.</summary>
    public abstract long Milliseconds { get; }

    /// <summary>Monotonic microseconds from an arbitrary start: for latencies, at the cost of reading the counter.</summary>
    public abstract long Microseconds { get; }

    /// <summary>Seconds since 1970, for times that other processes see.</summary>
    public abstract long UnixSeconds { get; }
}

/// <summary>The kernel's coarse monotonic clock: a few nanoseconds per reading, a resolution of a few milliseconds.</summary>
internal sealed class SystemClock : Clock
{
    private static readonly double MicrosecondsATick = 1e6 / Stopwatch.Frequency;

    public override long Milliseconds => Environment.TickCount64;

    public override long Microseconds => (long)(Stopwatch.GetTimestamp() * MicrosecondsATick);

    public override long UnixSeconds => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
}
