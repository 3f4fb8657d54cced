namespace Carousel.Control.Dashboard;

/// <summary>The rate of a counter as an exponentially weighted moving average.</summary>
/// <param name="count">The counter's current value.</param>
internal sealed class SmoothRate(long count)
{
    /// <summary>The time constant: the weight of old rates decays to 1/e.</summary>
    private const double MemorySeconds = 1.5;

    /// <summary>Lower rates become 0: they would be displayed as 0.0.</summary>
    private const double Least = 0.05;

    private long _count = count;

    /// <summary>Per second.</summary>
    public double Value { get; private set; }

    /// <summary>Adds a reading of the counter.</summary>
    /// <param name="count">The counter's value. A lower value than before counts as a reset.</param>
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
