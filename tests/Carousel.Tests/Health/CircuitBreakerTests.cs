using Carousel.Core.Health;
using Carousel.Core.Pool;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Health;

/// <summary>One circuit breaker by itself: what opens it, what closes it, and for how long it is open.</summary>
public class CircuitBreakerTests
{
    private const int InARow = 3;
    private const long Now = 1_000_000;

    private static readonly OutlierOptions Options = new();

    private CircuitBreaker _breaker;

    [Fact]
    public void Failed_AsManyInARow_Opens()
    {
        Assert.False(Fail());
        Assert.False(Fail());
        Assert.True(_breaker.MayTake(Now));
        Assert.True(Fail());
        Assert.Equal(1_000, _breaker.Open(_breaker.Epoch, Options, Now));
        Assert.False(_breaker.MayTake(Now + 999));
        Assert.False(_breaker.TryEnter(Now + 999));
        Assert.True(_breaker.MayTake(Now + 1_000));
    }

    /// <summary>A good probe says less than a request: the first one that fails is enough.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryReturn_ItsTimeIsOver_IsBackUntilTheFirstFailure(bool isHard)
    {
        OpenIt(Now);
        Assert.False(_breaker.TryReturn(Now + 999));
        Assert.True(_breaker.TryReturn(Now + 1_000));
        Assert.False(_breaker.TryReturn(Now + 1_000));
        Assert.True(_breaker.Failed(_breaker.Epoch, isHard, InARow, Now + 1_001));
        Assert.Equal(2_000, _breaker.Open(_breaker.Epoch, Options, Now + 1_001));
    }

    [Fact]
    public void TryReturn_ThenAnAnswer_IsWhatItWas()
    {
        OpenIt(Now);
        Assert.True(_breaker.TryReturn(Now + 1_000));
        _breaker.Succeeded(_breaker.Epoch, Now + 1_001);
        Assert.False(_breaker.IsOnProbation(Now + 1_001));
        Assert.False(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 1_002));
        Assert.False(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 1_003));
        Assert.True(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 1_004));
    }

    /// <summary>A trial may take long: what becomes of it is no news then.</summary>
    [Fact]
    public void TryReturn_DuringTheTrial_EndsIt()
    {
        OpenIt(Now);
        Assert.True(_breaker.TryEnter(Now + 1_000));
        long trial = _breaker.Epoch;
        Assert.True(_breaker.TryReturn(Now + 1_500));
        Assert.False(_breaker.Failed(trial, isHard: true, InARow, Now + 2_000));
        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public void Succeeded_BetweenFailures_BeginsTheRowAnew()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.False(Fail());
            Assert.False(Fail());
            _breaker.Succeeded(_breaker.Epoch, Now);
        }
    }

    [Fact]
    public void Failed_LongAfterTheLast_IsInARowIfNothingWentWellBetween()
    {
        Fail();
        Fail();
        Assert.True(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 100_000));
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
            _breaker.Succeeded(_breaker.Epoch, Now);
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
        Assert.False(_breaker.Failed(_breaker.Epoch, isHard: false, InARow, Now + CircuitBreaker.WindowMs));
        Assert.Equal((1, 1), _breaker.Counted);
    }

    [Fact]
    public void Trial_Fails_DoublesUpToABound()
    {
        long now = Now, time = OpenIt(now);
        var times = new List<long> { time };
        for (int i = 0; i < 7; i++)
        {
            now += time;
            Assert.True(_breaker.TryEnter(now));
            Assert.True(CircuitBreaker.IsTrial(_breaker.Epoch));
            Assert.True(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, now));
            times.Add(time = _breaker.Open(_breaker.Epoch, Options, now));
        }
        Assert.Equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000], times);
    }

    [Theory]
    [InlineData(1_000, 2_000)]
    [InlineData(CircuitBreaker.ForgetAfterMs, 1_000)]
    public void Open_AfterAWhileBack_RemembersOrForgets(long wellMs, long expected)
    {
        long now = Now + OpenIt(Now);
        Assert.True(_breaker.TryEnter(now));
        Assert.True(_breaker.Succeeded(_breaker.Epoch, now));
        Assert.Equal(expected, OpenIt(now + wellMs));
    }

    [Fact]
    public void Outcomes_FromBeforeTheEjection_AreNoNews()
    {
        long before = _breaker.Epoch;
        long now = Now + OpenIt(Now);
        Assert.True(_breaker.TryEnter(now));
        Assert.False(_breaker.Failed(before, isHard: true, InARow, now));
        Assert.False(_breaker.Succeeded(before, now));
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);
        Assert.True(_breaker.Succeeded(_breaker.Epoch, now));
        for (int i = 0; i < 5; i++)
        {
            Assert.False(_breaker.Failed(before, isHard: true, InARow, now));
        }
    }

    [Fact]
    public void GiveUpTrial_NextRequestIsOne()
    {
        long now = Now + OpenIt(Now);
        Assert.True(_breaker.TryEnter(now));
        long trial = _breaker.Epoch;
        Assert.False(_breaker.MayTake(now));
        _breaker.GiveUpTrial(trial, now);
        Assert.True(_breaker.TryEnter(now));
        // What the first trial comes to is of no interest any more.
        _breaker.GiveUpTrial(trial, now);
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);
    }

    [Fact]
    public void Trial_TakesVeryLong_AnotherIsLetThrough()
    {
        long now = Now + OpenIt(Now);
        Assert.True(_breaker.TryEnter(now));
        long lost = _breaker.Epoch;
        Assert.False(_breaker.TryEnter(now + CircuitBreaker.LongestTrialMs - 1));
        Assert.True(_breaker.TryEnter(now + CircuitBreaker.LongestTrialMs));
        Assert.False(_breaker.Succeeded(lost, now));
    }

    [Fact]
    public void Forgive_Ejected_IsBackAtOnceAndItsNextTimeIsTheFirst()
    {
        OpenIt(Now);
        _breaker.Reset();
        Assert.True(_breaker.MayTake(Now));
        Assert.Equal(1_000, OpenIt(Now));
    }

    /// <summary>Of many threads that ask at once when a trial is due, one gets it; the next, when that one has given it back.</summary>
    [Fact]
    public void TryEnter_ManyThreads_OneTrialAtATime()
    {
        var load = new ServerLoad();
        long now = Now + load.Breaker.Open(load.Breaker.Epoch, Options, Now);
        int running = 0, trials = 0, tooMany = 0;
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                if (load.Breaker.TryEnter(now))
                {
                    long epoch = load.Breaker.Epoch;
                    tooMany += Interlocked.Increment(ref running) - 1;
                    Interlocked.Increment(ref trials);
                    Interlocked.Decrement(ref running);
                    load.Breaker.GiveUpTrial(epoch, now);
                }
            }
        });
        Assert.NotEqual(0, trials);
        Assert.Equal(0, tooMany);
    }

    /// <summary>Whatever happens, the circuit breaker goes by its table (it throws if not), and never opens without enough failures.</summary>
    [Fact]
    public void Anything_OneAfterTheOther_KeepsTheTable() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2_000]).Array[0, 200].Sample(steps =>
        {
            var breaker = new CircuitBreaker();
            long now = Now, epoch = breaker.Epoch;
            int hard = 0;
            foreach ((int what, int passed) in steps)
            {
                now += passed;
                CircuitState before = breaker.State;
                bool isNews = epoch == breaker.Epoch;
                switch (what)
                {
                    case 0 when breaker.TryEnter(now):
                        epoch = breaker.Epoch;
                        break;
                    case 1 or 2:
                        hard = before == CircuitState.Closed && isNews ? hard + 1 : 0;
                        if (breaker.Failed(epoch, isHard: true, InARow, now))
                        {
                            Assert.True(before == CircuitState.HalfOpen || hard >= InARow || breaker.Counted.Requests >= CircuitBreaker.LeastRequests);
                            breaker.Open(epoch, Options, now);
                            Assert.Equal(CircuitState.Open, breaker.State);
                        }
                        break;
                    case 3:
                        Assert.Equal(before == CircuitState.HalfOpen && isNews, breaker.Succeeded(epoch, now));
                        hard = isNews ? 0 : hard;
                        break;
                    case 4 when CircuitBreaker.IsTrial(epoch):
                        breaker.GiveUpTrial(epoch, now);
                        break;
                    case 5:
                        breaker.Reset();
                        hard = 0;
                        break;
                }
            }
        });

    private bool Fail(bool isHard = true) => _breaker.Failed(_breaker.Epoch, isHard, InARow, Now);

    private long OpenIt(long now) => _breaker.Open(_breaker.Epoch, Options, now);
}
