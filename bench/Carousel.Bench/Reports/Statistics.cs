namespace Carousel.Bench.Reports;

/// <summary>What the reports make of several rounds.</summary>
internal static class Statistics
{
    /// <summary>The middle value, between the two middle ones if their number is even; null of nothing.</summary>
    public static double? Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
