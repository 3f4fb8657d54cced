using Carousel.Core.Sessions;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class TokenBucketTests
{
    /// <summary>Between any two moments no more tokens than the rate allows, plus one burst of one second's worth.</summary>
    [Fact]
    public void TryTake_BetweenAnyTwoMoments_IsWithinRateAndOneBurst() => Gen.Select(
        Gen.Int[1, 30], Gen.Frequency((6, Gen.Int[0, 3]), (3, Gen.Int[0, 300]), (1, Gen.Int[0, 5_000])).Array[1, 200]).Sample(
        (rate, pauses) =>
        {
            var bucket = new TokenBucket(rate);
            long now = 5;
            var taken = new List<long>();
            foreach (int pause in pauses)
            {
                now += pause;
                if (bucket.TryTake(now))
                {
                    taken.Add(now);
                }
            }
            for (int first = 0; first < taken.Count; first++)
            {
                for (int last = first; last < taken.Count; last++)
                {
                    Assert.True(1000L * (last - first + 1) <= rate * (taken[last] - taken[first]) + 1000L * rate);
                }
            }
        });

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000_000)]
    public void TryTake_AfterAnIdleSecond_GivesOneSecondsWorth(int rate)
    {
        var bucket = new TokenBucket(rate);
        foreach (long now in new[] { 0L, 1000, 2000, 1_000_000_000_000, long.MaxValue / 2 })
        {
            int taken = 0;
            while (bucket.TryTake(now))
            {
                taken++;
            }
            Assert.Equal(rate, taken);
        }
    }

    [Fact]
    public void TryTake_EveryMillisecond_LosesNoFraction()
    {
        var bucket = new TokenBucket(3);
        int taken = 0;
        for (long now = 0; now <= 100_000; now++)
        {
            taken += bucket.TryTake(now) ? 1 : 0;
        }
        Assert.Equal(3 + 300, taken);
    }
}
