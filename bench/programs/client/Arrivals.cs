namespace Carousel.Bench.Client;

/// <summary>The schedule of requests: the same for the same seed, whatever the responses.</summary>
/// <param name="rate">Requests a second.</param>
/// <param name="isPoisson">Poisson arrivals, as from many independent clients; otherwise evenly spaced.</param>
/// <param name="postShare">The share of POSTs, 0 to 1.</param>
/// <param name="count">The number of requests.</param>
/// <param name="seed">The seed of the random numbers.</param>
internal sealed class Arrivals(double rate, bool isPoisson, double postShare, long count, int seed)
{
    private readonly Random _random = new(seed);
    private double _due;
    private long _made;

    public bool IsOver => _made == count;

    /// <summary>When the next request is due, in microseconds from the start; undefined after the last one.</summary>
    public long NextDue => (long)_due;

    /// <summary>Creates the next request.</summary>
    /// <param name="start">The start of the schedule.</param>
    public Request Take(long start)
    {
        var request = new Request(_made++, start + (long)_due, isPost: _random.NextDouble() < postShare);
        _due += 1e6 / rate * (isPoisson ? -Math.Log(1 - _random.NextDouble()) : 1);
        return request;
    }
}
