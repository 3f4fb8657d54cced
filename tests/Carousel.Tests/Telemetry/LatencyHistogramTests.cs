using Carousel.Core.Telemetry;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Telemetry;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void FirstOf_EveryBucket_IsItsLowerBound()
    {
        for (int bucket = 0; bucket < LatencyHistogram.Buckets; bucket++)
        {
            long first = LatencyHistogram.FirstOf(bucket);
            Assert.Equal(bucket, LatencyHistogram.BucketOf(first));
            Assert.True(bucket == 0 || LatencyHistogram.BucketOf(first - 1) == bucket - 1, $"bucket {bucket}");
        }
    }

    [Fact]
    public void Percentile_AnyTimes_IsWithinTwoPercent() =>
        Gen.Select(Gen.Long[0, 7_000_000_000].Array[1, 200], Gen.Double[0, 1]).Sample((times, share) =>
        {
            LatencyTotals totals = Totals(times);
            long exact = times.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(times.Length * share) - 1));
            Assert.InRange(totals.Percentile(share), exact * 0.984 - 1, exact * 1.016 + 1);
            Assert.Equal((times.Length, times.Sum()), (totals.Count, totals.SumMicros));
        });

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(long.MaxValue, LatencyHistogram.Buckets - 1)]
    public void Record_OutOfRange_CountsAtTheEdge(long micros, int bucket) => Assert.Equal(bucket, LatencyHistogram.BucketOf(Math.Max(0, micros)));

    [Fact]
    public void CountBelow_GrowingBounds_IsMonotoneAndCountsAll() =>
        Gen.Long[0, 100_000_000].Array[0, 100].Sample(times =>
        {
            LatencyTotals totals = Totals(times);
            long before = 0;
            for (long bound = 1; bound < 1L << 33; bound *= 2)
            {
                long below = totals.CountBelow(bound);
                Assert.InRange(below, before, times.Length);
                // Powers of two are bucket bounds: exact.
                Assert.Equal(times.Count(time => time < bound), below);
                before = below;
            }
            Assert.Equal(times.Length, before);
        });

    [Fact]
    public void Since_TwoReadings_IsTheDifference()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(10);
        LatencyTotals before = Totals(histogram);
        histogram.Record(1000);
        histogram.Record(1000);
        LatencyTotals since = Totals(histogram).Since(before);
        Assert.Equal((2, 2000), (since.Count, since.SumMicros));
        Assert.InRange(since.Percentile(0), 984, 1016);
    }

    [Fact]
    public void Percentile_Empty_IsZero() => Assert.Equal(0, new LatencyTotals().Percentile(0.99));

    private static LatencyTotals Totals(long[] times)
    {
        var histogram = new LatencyHistogram();
        Array.ForEach(times, histogram.Record);
        return Totals(histogram);
    }

    private static LatencyTotals Totals(LatencyHistogram histogram)
    {
        var totals = new LatencyTotals();
        totals.Add(histogram);
        return totals;
    }
}
