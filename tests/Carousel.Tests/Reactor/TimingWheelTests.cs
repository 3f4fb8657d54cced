using Carousel.Engine.Reactor;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Reactor;

/// <summary>The wheel compared with a list of times.</summary>
public sealed class TimingWheelTests
{
    private const long Start = 123_456_789;

    private enum Kind
    {
        Arm,
        Disarm,
        Remove,
        Advance,
        Sleep,
    }

    private static readonly Gen<long> Delays = Gen.OneOf(
        Gen.Long[0, 40], Gen.Long[0, 2_000], Gen.Long[30_000, 35_000], Gen.Long[0, 200_000]);

    private static readonly Gen<(Kind Kind, int Index, long Ms)> Steps = Gen.Select(Gen.Enum<Kind>(), Gen.Int[0, 9], Delays);

    [Fact]
    public void AnySteps_AgainstModel_FiresOnceAtMostATickLate() => Steps.Array[1, 80].Sample(steps =>
    {
        var model = new Model();
        foreach ((Kind kind, int index, long ms) in steps)
        {
            model.Step(kind, index, ms);
        }
        model.RunOut();
    });

    [Fact]
    public void Next_NothingArmed_IsNever() => Assert.Equal(-1, new TimingWheel(Start).MillisecondsToNext(Start));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(31_999)]
    [InlineData(32_768)]
    [InlineData(3_600_000)]
    public void Arm_AnyDelay_FiresWithinATick(long delay)
    {
        for (long phase = 0; phase < TimingWheel.TickMs; phase++)
        {
            var owner = new Owner();
            var wheel = new TimingWheel(Start + phase);
            wheel.Arm(owner.Deadline, Start + phase + delay);
            long now = Start + phase;
            while (owner.Fired == 0)
            {
                int wait = wheel.MillisecondsToNext(now);
                Assert.InRange(wait, 1, 33_000);
                now += wait;
                wheel.Advance(now);
            }
            Assert.InRange(now - (Start + phase + delay), 0, TimingWheel.TickMs);
        }
    }

    [Fact]
    public void Advance_LongSleep_FiresAllThatPassedAndNoOther()
    {
        var wheel = new TimingWheel(Start);
        Owner[] owners = [.. Enumerable.Range(0, 100).Select(_ => new Owner())];
        for (int i = 0; i < owners.Length; i++)
        {
            wheel.Arm(owners[i].Deadline, Start + i * 10_000);
        }
        wheel.Advance(Start + 500_008);
        Assert.Equal(owners.Select((_, i) => i <= 50 ? 1 : 0), owners.Select(owner => owner.Fired));
    }

    [Fact]
    public void Owner_ArmsAgainAndRemovesOthersOfItsSlot_AllApply()
    {
        var wheel = new TimingWheel(Start);
        var removed = new Owner();
        var again = new Owner();
        var remover = new Owner { Then = () => wheel.Remove(removed.Deadline) };
        again.Then = () => wheel.Arm(again.Deadline, again.Fired < 3 ? Start + 8 : Start + 1000);
        // The last filed is notified first.
        wheel.Arm(removed.Deadline, Start + 8);
        wheel.Arm(again.Deadline, Start + 8);
        wheel.Arm(remover.Deadline, Start + 8);
        wheel.Advance(Start + 100);
        Assert.Equal((0, 3, 1), (removed.Fired, again.Fired, remover.Fired));
        Assert.False(removed.Deadline.IsArmed);
        Assert.True(again.Deadline.IsArmed);
    }

    private sealed class Owner : IDeadlineOwner
    {
        public Owner() => Deadline = new Deadline(this);

        public Deadline Deadline { get; }

        public int Fired { get; private set; }

        public Action Then { get; set; } = () => { };

        public void OnDeadline(Deadline deadline)
        {
            Assert.Same(Deadline, deadline);
            Assert.False(deadline.IsArmed);
            Fired++;
            Then();
        }
    }

    private sealed class Model
    {
        private readonly TimingWheel _wheel = new(Start);
        private readonly Owner[] _owners = [.. Enumerable.Range(0, 10).Select(_ => new Owner())];
        private readonly long?[] _due = new long?[10];
        private readonly int[] _fired = new int[10];
        private long _now = Start;

        public void Step(Kind kind, int index, long ms)
        {
            switch (kind)
            {
                case Kind.Arm:
                    _wheel.Arm(_owners[index].Deadline, _now + ms);
                    _due[index] = _now + ms;
                    break;
                case Kind.Disarm:
                    _owners[index].Deadline.Disarm();
                    _due[index] = null;
                    break;
                case Kind.Remove:
                    _wheel.Remove(_owners[index].Deadline);
                    _due[index] = null;
                    break;
                case Kind.Advance:
                    AdvanceTo(_now + ms % 50);
                    break;
                default:
                    AdvanceTo(_now + ms);
                    break;
            }
            Check();
        }

        public void RunOut()
        {
            for (int i = 0; i < 1000; i++)
            {
                int wait = _wheel.MillisecondsToNext(_now);
                if (wait < 0)
                {
                    Assert.All(_due, due => Assert.Null(due));
                    return;
                }
                AdvanceTo(_now + wait);
                Check();
            }
            Assert.Fail("the wheel still has deadlines");
        }

        private void AdvanceTo(long now)
        {
            _now = now;
            _wheel.Advance(now);
            for (int i = 0; i < _due.Length; i++)
            {
                bool hasFired = _owners[i].Fired > _fired[i];
                // Whole ticks only: a deadline within the current tick may fire at its end.
                bool must = _due[i] + TimingWheel.TickMs <= now;
                Assert.True(_owners[i].Fired <= _fired[i] + 1, "fired twice");
                Assert.True(!hasFired || _due[i] <= now, "fired early");
                Assert.True(hasFired || !must, "fired late");
                if (hasFired)
                {
                    _fired[i]++;
                    _due[i] = null;
                }
            }
        }

        /// <summary>The wheel's next wake-up is at most one tick after the first deadline.</summary>
        private void Check()
        {
            int wait = _wheel.MillisecondsToNext(_now);
            if (_due.Min() is { } first)
            {
                Assert.InRange(wait, 0, Math.Max(0, first - _now) + TimingWheel.TickMs);
            }
            Assert.Equal(_due.Select(due => due is not null), _owners.Select(owner => owner.Deadline.IsArmed));
        }
    }
}
