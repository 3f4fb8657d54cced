namespace Carousel.Control.Telemetry;

/// <summary>
/// Upper bounds of the exported latency buckets: the defaults of Prometheus, with more below 5 ms for responses from nearby servers, and more above
/// 10 s for timeouts.
/// </summary>
internal static class LatencyBounds
{
    /// <summary>Number of bounds.</summary>
    public static int Count => Micros.Length;

    /// <summary>In microseconds, ascending.</summary>
    public static ReadOnlySpan<long> Micros =>
    [
        250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
    ];
}
