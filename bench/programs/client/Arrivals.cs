namespace Carousel.Bench.Client;

/// <summary>When requests are due, and what they are: the same for the same seed, whoever answers.</summary>
/// <param name="rate">A second.</param>
/// <param name="isPoisson">At random, as from many people who don't know each other; else evenly.</param>
/// <param name="postShare">How many of them are POSTs, 0 to 1.</param>
/// <param name="count">How many there are.</param>
/// <param name="seed">Of the randomness.</param>
internal sealed class Arrivals(double rate, bool isPoisson, double postShare, long count, int seed)
{
    private readonly Random _random = new(seed);
    private double _due;
    private long _made;

    public bool IsOver => _made == count;

    /// <summary>When the next one is due, in microseconds from the start; without meaning once it is over.</summary>
    public long NextDue => (long)_due;

    /// <summary>Makes the next one.</summary>
    /// <param name="start">What the times count from.</param>
    public Request Take(long start)
    {
        var request = new Request(_made++, start + (long)_due, isPost: _random.NextDouble() < postShare);
        _due += 1e6 / rate * (isPoisson ? -Math.Log(1 - _random.NextDouble()) : 1);
        return request;
    }
}
