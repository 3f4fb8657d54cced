using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Xunit;

namespace Carousel.Tests.Proxy;

public sealed class RateWatchTests : IDeadlineOwner
{
    private const int Rate = 240;

    private readonly TimingWheel _wheel = new(0);
    private RateWatch _watch;
    private int _due;

    public RateWatchTests() => _watch = new RateWatch(this, _wheel);

    void IDeadlineOwner.OnDeadline(Deadline deadline)
    {
        _due++;
        deadline.Disarm();
    }

    [Theory]
    [InlineData(true, 0, true, 0, "Sends")]
    [InlineData(true, 10_000, true, 0, "Takes")]
    [InlineData(true, 10_000, true, 10_000, "None")]
    [InlineData(false, 0, true, 0, "Takes")]
    [InlineData(false, 0, false, 0, "None")]
    public void Check_AfterAWindow_JudgesEachDirection(bool mustSend, long sent, bool mustTake, long taken, string slow)
    {
        _watch.Begin();
        SlowClient last = SlowClient.None;
        for (int now = 0; now <= RateWindow.LengthMs; now += RateWindow.LookMs)
        {
            Assert.Equal(SlowClient.None, last);
            last = _watch.Check(new RateSample(mustSend, sent * now / RateWindow.LengthMs, mustTake, taken * now / RateWindow.LengthMs), Rate, now);
        }
        Assert.Equal(slow, last.ToString());
    }

    [Fact]
    public void Begin_AfterASlowTime_StartsAnew()
    {
        var silent = new RateSample(MustSend: true, 0, MustTake: false, 0);
        _watch.Begin();
        _watch.Check(silent, Rate, 0);
        _watch.Begin();
        Assert.Equal(SlowClient.None, _watch.Check(silent, Rate, RateWindow.LengthMs));
    }

    [Fact]
    public void Continue_UntilStopped_IsDueAtIntervals()
    {
        Assert.False(_watch.IsRunning);
        _watch.Continue(0);
        Assert.True(_watch.IsRunning);
        _wheel.Advance(RateWindow.LookMs - 1);
        Assert.Equal(0, _due);
        _wheel.Advance(RateWindow.LookMs + TimingWheel.TickMs);
        Assert.Equal(1, _due);
        _watch.Continue(RateWindow.LookMs);
        _watch.Stop();
        Assert.False(_watch.IsRunning);
        _wheel.Advance(10 * RateWindow.LookMs);
        Assert.Equal(1, _due);
    }

    [Fact]
    public void AwaitsContinue_UntilItWasSentOrTooLate()
    {
        _watch.OnBody(expectsContinue: true, 1_000);
        Assert.True(_watch.AwaitsContinue(1_000 + RateWatch.ContinueTimeoutMs - 1));
        Assert.False(_watch.AwaitsContinue(1_000 + RateWatch.ContinueTimeoutMs));
        _watch.OnContinue();
        Assert.False(_watch.AwaitsContinue(1_000));
        _watch.OnBody(expectsContinue: false, 1_000);
        Assert.False(_watch.AwaitsContinue(1_000));
    }
}
