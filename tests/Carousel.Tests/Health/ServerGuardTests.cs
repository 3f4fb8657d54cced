using Carousel.Core.Health;
using Carousel.Core.Pool;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Health;

/// <summary>One guard by itself: what opens it, what closes it, and for how long it is open.</summary>
public class ServerGuardTests
{
    private const int InARow = 3;
    private const long Now = 1_000_000;

    private static readonly GuardOptions Options = new();

    private ServerGuard _guard;

    [Fact]
    public void Failed_AsManyInARow_Opens()
    {
        Assert.False(Fail());
        Assert.False(Fail());
        Assert.True(_guard.MayTake(Now));
        Assert.True(Fail());
        Assert.Equal(1_000, _guard.Open(_guard.Mark, Options, Now));
        Assert.False(_guard.MayTake(Now + 999));
        Assert.False(_guard.TryEnter(Now + 999));
        Assert.True(_guard.MayTake(Now + 1_000));
    }

    /// <summary>A good probe says less than a request: the first one that fails is enough.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryReturn_ItsTimeIsOver_IsBackUntilTheFirstFailure(bool isHard)
    {
        OpenIt(Now);
        Assert.False(_guard.TryReturn(Now + 999));
        Assert.True(_guard.TryReturn(Now + 1_000));
        Assert.False(_guard.TryReturn(Now + 1_000));
        Assert.True(_guard.Failed(_guard.Mark, isHard, InARow, Now + 1_001));
        Assert.Equal(2_000, _guard.Open(_guard.Mark, Options, Now + 1_001));
    }

    [Fact]
    public void TryReturn_ThenAnAnswer_IsWhatItWas()
    {
        OpenIt(Now);
        Assert.True(_guard.TryReturn(Now + 1_000));
        _guard.Succeeded(_guard.Mark, Now + 1_001);
        Assert.False(_guard.IsOnProbation(Now + 1_001));
        Assert.False(_guard.Failed(_guard.Mark, isHard: true, InARow, Now + 1_002));
        Assert.False(_guard.Failed(_guard.Mark, isHard: true, InARow, Now + 1_003));
        Assert.True(_guard.Failed(_guard.Mark, isHard: true, InARow, Now + 1_004));
    }

    /// <summary>A trial may take long: what becomes of it is no news then.</summary>
    [Fact]
    public void TryReturn_DuringTheTrial_EndsIt()
    {
        OpenIt(Now);
        Assert.True(_guard.TryEnter(Now + 1_000));
        long trial = _guard.Mark;
        Assert.True(_guard.TryReturn(Now + 1_500));
        Assert.False(_guard.Failed(trial, isHard: true, InARow, Now + 2_000));
        Assert.Equal(GuardState.Closed, _guard.State);
    }

    [Fact]
    public void Succeeded_BetweenFailures_BeginsTheRowAnew()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.False(Fail());
            Assert.False(Fail());
            _guard.Succeeded(_guard.Mark, Now);
        }
    }

    [Fact]
    public void Failed_LongAfterTheLast_IsInARowIfNothingWentWellBetween()
    {
        Fail();
        Fail();
        Assert.True(_guard.Failed(_guard.Mark, isHard: true, InARow, Now + 100_000));
    }

    /// <summary>Not before the twentieth request since the first failure, and not with half of them.</summary>
    [Theory]
    [InlineData(19, 0, false)]
    [InlineData(20, 0, true)]
    [InlineData(11, 9, true)]
    [InlineData(10, 10, false)]
    public void Failed_SoftOnes_CountInTheRateOnly(int failures, int successes, bool expected)
    {
        Assert.False(Fail(isHard: false));
        for (int i = 0; i < successes; i++)
        {
            _guard.Succeeded(_guard.Mark, Now);
        }
        bool opens = false;
        for (int i = 1; i < failures; i++)
        {
            opens = Fail(isHard: false);
        }
        Assert.Equal(expected, opens);
    }

    [Fact]
    public void Failed_WindowIsOver_CountsAnew()
    {
        for (int i = 0; i < 19; i++)
        {
            Assert.False(Fail(isHard: false));
        }
        Assert.False(_guard.Failed(_guard.Mark, isHard: false, InARow, Now + ServerGuard.WindowMs));
        Assert.Equal((1, 1), _guard.Counted);
    }

    [Fact]
    public void Trial_Fails_DoublesUpToABound()
    {
        long now = Now, time = OpenIt(now);
        var times = new List<long> { time };
        for (int i = 0; i < 7; i++)
        {
            now += time;
            Assert.True(_guard.TryEnter(now));
            Assert.True(ServerGuard.IsTrial(_guard.Mark));
            Assert.True(_guard.Failed(_guard.Mark, isHard: true, InARow, now));
            times.Add(time = _guard.Open(_guard.Mark, Options, now));
        }
        Assert.Equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000], times);
    }

    [Theory]
    [InlineData(1_000, 2_000)]
    [InlineData(ServerGuard.ForgetAfterMs, 1_000)]
    public void Open_AfterAWhileBack_RemembersOrForgets(long wellMs, long expected)
    {
        long now = Now + OpenIt(Now);
        Assert.True(_guard.TryEnter(now));
        Assert.True(_guard.Succeeded(_guard.Mark, now));
        Assert.Equal(expected, OpenIt(now + wellMs));
    }

    [Fact]
    public void Outcomes_FromBeforeTheEjection_AreNoNews()
    {
        long before = _guard.Mark;
        long now = Now + OpenIt(Now);
        Assert.True(_guard.TryEnter(now));
        Assert.False(_guard.Failed(before, isHard: true, InARow, now));
        Assert.False(_guard.Succeeded(before, now));
        Assert.Equal(GuardState.HalfOpen, _guard.State);
        Assert.True(_guard.Succeeded(_guard.Mark, now));
        for (int i = 0; i < 5; i++)
        {
            Assert.False(_guard.Failed(before, isHard: true, InARow, now));
        }
    }

    [Fact]
    public void GiveUpTrial_NextRequestIsOne()
    {
        long now = Now + OpenIt(Now);
        Assert.True(_guard.TryEnter(now));
        long trial = _guard.Mark;
        Assert.False(_guard.MayTake(now));
        _guard.GiveUpTrial(trial, now);
        Assert.True(_guard.TryEnter(now));
        // What the first trial comes to is of no interest any more.
        _guard.GiveUpTrial(trial, now);
        Assert.Equal(GuardState.HalfOpen, _guard.State);
    }

    [Fact]
    public void Trial_TakesVeryLong_AnotherIsLetThrough()
    {
        long now = Now + OpenIt(Now);
        Assert.True(_guard.TryEnter(now));
        long lost = _guard.Mark;
        Assert.False(_guard.TryEnter(now + ServerGuard.LongestTrialMs - 1));
        Assert.True(_guard.TryEnter(now + ServerGuard.LongestTrialMs));
        Assert.False(_guard.Succeeded(lost, now));
    }

    [Fact]
    public void Forgive_Ejected_IsBackAtOnceAndItsNextTimeIsTheFirst()
    {
        OpenIt(Now);
        _guard.Forgive();
        Assert.True(_guard.MayTake(Now));
        Assert.Equal(1_000, OpenIt(Now));
    }

    /// <summary>Of many threads that ask at once when a trial is due, one gets it; the next, when that one has given it back.</summary>
    [Fact]
    public void TryEnter_ManyThreads_OneTrialAtATime()
    {
        var load = new ServerLoad();
        long now = Now + load.Guard.Open(load.Guard.Mark, Options, Now);
        int running = 0, trials = 0, tooMany = 0;
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                if (load.Guard.TryEnter(now))
                {
                    long mark = load.Guard.Mark;
                    tooMany += Interlocked.Increment(ref running) - 1;
                    Interlocked.Increment(ref trials);
                    Interlocked.Decrement(ref running);
                    load.Guard.GiveUpTrial(mark, now);
                }
            }
        });
        Assert.NotEqual(0, trials);
        Assert.Equal(0, tooMany);
    }

    /// <summary>Whatever happens, the guard goes by its table (it throws if not), and never opens without enough failures.</summary>
    [Fact]
    public void Anything_OneAfterTheOther_KeepsTheTable() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2_000]).Array[0, 200].Sample(steps =>
        {
            var guard = new ServerGuard();
            long now = Now, mark = guard.Mark;
            int hard = 0;
            foreach ((int what, int passed) in steps)
            {
                now += passed;
                GuardState before = guard.State;
                bool isNews = mark == guard.Mark;
                switch (what)
                {
                    case 0 when guard.TryEnter(now):
                        mark = guard.Mark;
                        break;
                    case 1 or 2:
                        hard = before == GuardState.Closed && isNews ? hard + 1 : 0;
                        if (guard.Failed(mark, isHard: true, InARow, now))
                        {
                            Assert.True(before == GuardState.HalfOpen || hard >= InARow || guard.Counted.Requests >= ServerGuard.LeastRequests);
                            guard.Open(mark, Options, now);
                            Assert.Equal(GuardState.Open, guard.State);
                        }
                        break;
                    case 3:
                        Assert.Equal(before == GuardState.HalfOpen && isNews, guard.Succeeded(mark, now));
                        hard = isNews ? 0 : hard;
                        break;
                    case 4 when ServerGuard.IsTrial(mark):
                        guard.GiveUpTrial(mark, now);
                        break;
                    case 5:
                        guard.Forgive();
                        hard = 0;
                        break;
                }
            }
        });

    private bool Fail(bool isHard = true) => _guard.Failed(_guard.Mark, isHard, InARow, Now);

    private long OpenIt(long now) => _guard.Open(_guard.Mark, Options, now);
}
