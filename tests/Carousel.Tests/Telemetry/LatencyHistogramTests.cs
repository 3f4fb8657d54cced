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

    [Fact]
    public void Record_TimesOfOneOctave_TakesMemoryForItOnly()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var histogram = new LatencyHistogram();
        for (long micros = 1024; micros < 2048; micros++)
        {
            histogram.Record(micros);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 250);
        Assert.Equal(1024, Totals(histogram).Count);
    }

    /// <summary>A reader sees each count at most late, never less than before, while the writer uses more and more octaves.</summary>
    [Fact]
    public void AddTo_WhileRecording_NeverCountsBackwards()
    {
        for (int round = 0; round < 200; round++)
        {
            var histogram = new LatencyHistogram();
            var writer = new Thread(() =>
            {
                for (int octave = 0; octave < 33; octave++)
                {
                    for (int i = 0; i < 20; i++)
                    {
                        histogram.Record(1L << (octave * 7 % 33));
                    }
                }
            });
            writer.Start();
            for (long before = 0, count = -1; writer.IsAlive; before = count)
            {
                count = Totals(histogram).Count;
                Assert.True(count >= before, $"{count} after {before}");
            }
            writer.Join();
            Assert.Equal(33 * 20, Totals(histogram).Count);
        }
    }

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
