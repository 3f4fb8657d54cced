namespace Carousel.Bench.Backend;

/// <summary>The service time of requests: waited, not computed, so that many servers fit on one core.</summary>
/// <param name="meanMicros">The mean at speed 1; 0 to respond at once.</param>
/// <param name="isExponential">Exponential if true; otherwise constant.</param>
/// <param name="speed">Divides the service time.</param>
/// <param name="seed">The seed of the random times.</param>
internal sealed class ServiceTime(double meanMicros, bool isExponential, double speed, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>May change at any time; requests in service are not affected.</summary>
    public double Speed { get; set; } = speed;

    /// <summary>The service time of the next request, in microseconds.</summary>
    public long Next() => (long)(meanMicros / Speed * (isExponential ? -Math.Log(1 - _random.NextDouble()) : 1));
}
