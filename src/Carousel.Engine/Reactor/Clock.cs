using System.Diagnostics;

namespace Carousel.Engine.Reactor;

/// <summary>Where a worker's time comes from. Read once a turn.</summary>
internal abstract class Clock
{
    /// <summary>Milliseconds that never go back, from an arbitrary start.</summary>
    public abstract long Milliseconds { get; }

    /// <summary>Microseconds that never go back, from an arbitrary start: for latencies, at the price of reading the counter.</summary>
    public abstract long Microseconds { get; }

    /// <summary>Seconds since 1970, for what leaves this process.</summary>
    public abstract long UnixSeconds { get; }
}

/// <summary>The kernel's coarse monotonic clock: a few nanoseconds a reading, a few milliseconds exact.</summary>
internal sealed class SystemClock : Clock
{
    private static readonly double MicrosecondsATick = 1e6 / Stopwatch.Frequency;

    public override long Milliseconds => Environment.TickCount64;

    public override long Microseconds => (long)(Stopwatch.GetTimestamp() * MicrosecondsATick);

    public override long UnixSeconds => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
}
