namespace Carousel.Bench.Backend;

/// <summary>How long requests take: waited for, not computed, so that many servers fit on one core.</summary>
/// <param name="meanMicros">At speed 1; 0 to answer at once.</param>
/// <param name="isExponential">Else each takes the same time.</param>
/// <param name="speed">Requests take the time divided by this.</param>
/// <param name="seed">Of the times' randomness.</param>
internal sealed class ServiceTime(double meanMicros, bool isExponential, double speed, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>May change at any time; requests in service go on as they began.</summary>
    public double Speed { get; set; } = speed;

    /// <summary>The time of the next request, in microseconds.</summary>
    public long Next() => (long)(meanMicros / Speed * (isExponential ? -Math.Log(1 - _random.NextDouble()) : 1));
}
