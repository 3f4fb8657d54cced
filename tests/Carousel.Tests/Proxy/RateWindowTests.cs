using Carousel.Engine.Proxy;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Proxy;

public sealed class RateWindowTests
{
    private const int Rate = 240;

    [Theory]
    [InlineData(239, true)]
    [InlineData(240, false)]
    public void IsTooSlow_AlwaysWaitedFor_DependsOnTheRate(int bytesASecond, bool isSlow)
    {
        var window = new RateWindow();
        bool found = false;
        for (int second = 0; second <= 10; second += 2)
        {
            Assert.False(found);
            found = window.IsTooSlow(isWaitedFor: true, 5_000 + bytesASecond * second, Rate, 77 + second * 1_000);
        }
        Assert.Equal(isSlow, found);
    }

    [Fact]
    public void IsTooSlow_FirstWindowWasFast_NextIsJudgedSeparately()
    {
        var window = new RateWindow();
        long[] slowAt = [.. Enumerable.Range(0, 16).Where(look => window.IsTooSlow(true, Math.Min(look * 2, 10) * 1_000_000L, Rate, look * 2_000))];
        Assert.Equal([10, 15], slowAt);
    }

    /// <summary>A client that is not waited for at one sample of every window is never slow, however few bytes it moves.</summary>
    [Fact]
    public void IsTooSlow_WaitsForServerWithinEveryWindow_ReturnsFalse() =>
        Gen.Int[0, RateWindow.LengthMs / RateWindow.LookMs - 1].Array[1, 20].Sample(runs =>
        {
            var window = new RateWindow();
            long now = 0;
            foreach (int run in runs)
            {
                for (int look = 0; look <= run; look++, now += RateWindow.LookMs)
                {
                    Assert.False(window.IsTooSlow(isWaitedFor: true, bytes: 0, Rate, now));
                }
                Assert.False(window.IsTooSlow(isWaitedFor: false, bytes: 0, Rate, now));
                now += RateWindow.LookMs;
            }
        });
}
