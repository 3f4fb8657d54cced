using Carousel.Core.Health;
using Carousel.Core.Servers;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Health;

/// <summary>A single circuit breaker: what opens it, what closes it, and how long it is open.</summary>
public class CircuitBreakerTests
{
    private const int InARow = 3;
    private const long Now = 1_000_000;

    private static readonly OutlierOptions Options = new();

    private CircuitBreaker _breaker;

    [Fact]
    public void Failed_ThresholdInARow_Opens()
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

    /// <summary>A good probe proves less than a request: one failed request is enough to eject.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryReturn_EjectionTimeOver_ClosesUntilFirstFailure(bool isHard)
    {
        OpenIt(Now);
        Assert.False(_breaker.TryReturn(Now + 999));
        Assert.True(_breaker.TryReturn(Now + 1_000));
        Assert.False(_breaker.TryReturn(Now + 1_000));
        Assert.True(_breaker.Failed(_breaker.Epoch, isHard, InARow, Now + 1_001));
        Assert.Equal(2_000, _breaker.Open(_breaker.Epoch, Options, Now + 1_001));
    }

    [Fact]
    public void TryReturn_ThenSuccess_EndsProbation()
    {
        OpenIt(Now);
        Assert.True(_breaker.TryReturn(Now + 1_000));
        _breaker.Succeeded(_breaker.Epoch, Now + 1_001);
        Assert.False(_breaker.IsOnProbation(Now + 1_001));
        Assert.False(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 1_002));
        Assert.False(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 1_003));
        Assert.True(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 1_004));
    }

    /// <summary>A slow trial's result is ignored after a probe has closed the circuit.</summary>
    [Fact]
    public void TryReturn_DuringTrial_EndsIt()
    {
        OpenIt(Now);
        Assert.True(_breaker.TryEnter(Now + 1_000));
        long trial = _breaker.Epoch;
        Assert.True(_breaker.TryReturn(Now + 1_500));
        Assert.False(_breaker.Failed(trial, isHard: true, InARow, Now + 2_000));
        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public void Succeeded_BetweenFailures_ResetsTheRow()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.False(Fail());
            Assert.False(Fail());
            _breaker.Succeeded(_breaker.Epoch, Now);
        }
    }

    [Fact]
    public void Failed_LongAfterTheLastWithoutSuccess_CountsInARow()
    {
        Fail();
        Fail();
        Assert.True(_breaker.Failed(_breaker.Epoch, isHard: true, InARow, Now + 100_000));
    }

    /// <summary>Needs at least twenty requests since the first failure, and more than half of them failed.</summary>
    [Theory]
    [InlineData(19, 0, false)]
    [InlineData(20, 0, true)]
    [InlineData(11, 9, true)]
    [InlineData(10, 10, false)]
    public void Failed_SoftFailures_CountInTheRateOnly(int failures, int successes, bool expected)
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
    public void Failed_WindowOver_StartsANewWindow()
    {
        for (int i = 0; i < 19; i++)
        {
            Assert.False(Fail(isHard: false));
        }
        Assert.False(_breaker.Failed(_breaker.Epoch, isHard: false, InARow, Now + CircuitBreaker.WindowMs));
        Assert.Equal((1, 1), _breaker.Counted);
    }

    [Fact]
    public void Trial_Fails_DoublesEjectionTimeUpToLimit()
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
    public void Open_AfterTimeBack_ContinuesOrResetsLevel(long wellMs, long expected)
    {
        long now = Now + OpenIt(Now);
        Assert.True(_breaker.TryEnter(now));
        Assert.True(_breaker.Succeeded(_breaker.Epoch, now));
        Assert.Equal(expected, OpenIt(now + wellMs));
    }

    [Fact]
    public void Results_FromBeforeTheEjection_AreIgnored()
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
    public void GiveUpTrial_NextRequest_IsTheTrial()
    {
        long now = Now + OpenIt(Now);
        Assert.True(_breaker.TryEnter(now));
        long trial = _breaker.Epoch;
        Assert.False(_breaker.MayTake(now));
        _breaker.GiveUpTrial(trial, now);
        Assert.True(_breaker.TryEnter(now));
        // The result of the first trial is ignored.
        _breaker.GiveUpTrial(trial, now);
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);
    }

    [Fact]
    public void Trial_ExceedsLongestTime_AnotherIsAdmitted()
    {
        long now = Now + OpenIt(Now);
        Assert.True(_breaker.TryEnter(now));
        long lost = _breaker.Epoch;
        Assert.False(_breaker.TryEnter(now + CircuitBreaker.LongestTrialMs - 1));
        Assert.True(_breaker.TryEnter(now + CircuitBreaker.LongestTrialMs));
        Assert.False(_breaker.Succeeded(lost, now));
    }

    [Fact]
    public void Reset_Ejected_ClosesAndResetsLevel()
    {
        OpenIt(Now);
        _breaker.Reset();
        Assert.True(_breaker.MayTake(Now));
        Assert.Equal(1_000, OpenIt(Now));
    }

    /// <summary>Of many concurrent threads one gets the trial; the next gets one only after that is given up.</summary>
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

    /// <summary>After any operations, the breaker keeps to its transition table (it throws if not), and never opens without enough failures.</summary>
    [Fact]
    public void AnyOperations_InSequence_KeepTheTransitionTable() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2_000]).Array[0, 200].Sample(steps =>
        {
            var breaker = new CircuitBreaker();
            long now = Now, epoch = breaker.Epoch;
            int hard = 0;
            foreach ((int what, int passed) in steps)
            {
                now += passed;
                CircuitState before = breaker.State;
                bool isCurrent = epoch == breaker.Epoch;
                switch (what)
                {
                    case 0 when breaker.TryEnter(now):
                        epoch = breaker.Epoch;
                        break;
                    case 1 or 2:
                        hard = before == CircuitState.Closed && isCurrent ? hard + 1 : 0;
                        if (breaker.Failed(epoch, isHard: true, InARow, now))
                        {
                            Assert.True(before == CircuitState.HalfOpen || hard >= InARow || breaker.Counted.Requests >= CircuitBreaker.LeastRequests);
                            breaker.Open(epoch, Options, now);
                            Assert.Equal(CircuitState.Open, breaker.State);
                        }
                        break;
                    case 3:
                        Assert.Equal(before == CircuitState.HalfOpen && isCurrent, breaker.Succeeded(epoch, now));
                        hard = isCurrent ? 0 : hard;
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
