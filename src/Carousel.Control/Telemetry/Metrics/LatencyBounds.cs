namespace Carousel.Control.Telemetry;

/// <summary>
/// The upper bounds of the buckets that latencies are told in. They are Prometheus' own defaults, with more below 5 ms, where answers of a machine
/// nearby are, and above 10 s, where the timeouts are.
/// </summary>
internal static class LatencyBounds
{
    /// <summary>How many there are.</summary>
    public static int Count => Micros.Length;

    /// <summary>In microseconds, ascending.</summary>
    public static ReadOnlySpan<long> Micros =>
    [
        250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
    ];
}
