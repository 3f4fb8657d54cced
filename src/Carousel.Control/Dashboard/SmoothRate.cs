namespace Carousel.Control.Dashboard;

/// <summary>How fast a counter grows, without the trembling of short intervals: an average that forgets by time.</summary>
/// <param name="count">The counter now.</param>
internal sealed class SmoothRate(long count)
{
    /// <summary>The time in which an old rate loses all but 1/e of its weight.</summary>
    private const double MemorySeconds = 1.5;

    /// <summary>Less is nothing: it would be shown as 0.0.</summary>
    private const double Least = 0.05;

    private long _count = count;

    /// <summary>A second.</summary>
    public double Value { get; private set; }

    /// <summary>The counter is this now.</summary>
    /// <param name="count">One that is lower has begun anew.</param>
    /// <param name="seconds">Since the last call; above 0.</param>
    public void Add(long count, double seconds)
    {
        double now = Math.Max(0, count - _count) / seconds;
        Value += (now - Value) * (1 - Math.Exp(-seconds / MemorySeconds));
        if (count == _count && Value < Least)
        {
            Value = 0;
        }
        _count = count;
    }
}
