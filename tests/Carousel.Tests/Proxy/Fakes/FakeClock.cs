using Carousel.Engine.Reactor;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>Changes only when a test advances it.</summary>
internal sealed class FakeClock : Clock
{
    private long _now = 1_000_000;

    public override long Milliseconds => _now;

    public override long Microseconds => _now * 1000;

    public override long UnixSeconds => 1_795_449_600 + _now / 1000;

    /// <summary>The same clock as a TimeProvider, for code outside the workers.</summary>
    public TimeProvider Time => field ??= new FakeTime(this);

    public void Advance(long milliseconds) => _now += milliseconds;

    private sealed class FakeTime(FakeClock clock) : TimeProvider
    {
        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => clock.Milliseconds;
    }
}
