using System.Collections.Concurrent;
using Carousel.Control.Supervision;
using Carousel.Core.Events;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Supervision;

public sealed class SupervisorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<(EventLevel Level, string Line)> _reports = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Supervisor _supervisor;

    public SupervisorTests() => _supervisor = new Supervisor { Report = (level, line) => _reports.Enqueue((level, line)) };

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Run_LoopReturns_Completes()
    {
        int runs = 0;
        await Run(() =>
        {
            runs++;
            return Task.CompletedTask;
        });
        Assert.Equal((1, 0, 0), (runs, _supervisor.Count("loops"), _reports.Count));
    }

    [Fact]
    public async Task Run_LoopFails_IsReportedCountedAndRestarted()
    {
        int runs = 0;
        Task running = Run(() => ++runs == 1 ? throw new InvalidOperationException("oh") : Task.CompletedTask);
        Until(() => _time.Waits is [var wait] && wait == Supervisor.FirstPause, "the pause");
        Assert.Equal((1, 1), (runs, _supervisor.Count("loops")));
        (EventLevel level, string line) = Assert.Single(_reports);
        Assert.Equal(EventLevel.Error, level);
        Assert.StartsWith("loops: background task failed, restarting in 1s; this is a defect in carousel, please report it: System.InvalidOperationException: oh", line);
        _time.Advance(Supervisor.FirstPause);
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Run_FailsRepeatedly_DelaysGrowAndReportsAreLimited()
    {
        Task running = Run(() => Task.FromException(new InvalidOperationException()));
        TimeSpan pause = Supervisor.FirstPause;
        for (int failures = 1; failures <= 8; failures++)
        {
            TimeSpan expected = pause;
            int count = failures;
            Until(() => _supervisor.Count("loops") == count && _time.Waits is [var wait] && wait == expected, $"a pause of {expected}");
            _time.Advance(pause);
            pause = pause * 2 < Supervisor.LongestPause ? pause * 2 : Supervisor.LongestPause;
        }
        Assert.InRange(_reports.Count, 2, 7);
        await _stop.CancelAsync();
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_Stopped_EndsSilently()
    {
        Task running = Run(() => Task.Delay(Timeout.Infinite, _stop.Token));
        await _stop.CancelAsync();
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Run_OtherCancellation_IsAFailure()
    {
        using var own = new CancellationTokenSource();
        await own.CancelAsync();
        Task running = Run(() => Task.FromCanceled(own.Token));
        Until(() => _supervisor.Count("loops") == 1, "a failure");
        await _stop.CancelAsync();
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_ReportFails_LoopContinues()
    {
        _supervisor.Report = (_, _) => throw new InvalidOperationException("report failed");
        int runs = 0;
        Task running = Run(() => ++runs == 1 ? throw new InvalidOperationException("oh") : Task.CompletedTask);
        Until(() => _time.Waits.Length == 1, "the pause");
        _time.Advance(Supervisor.FirstPause);
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(2, runs);
    }

    [Fact]
    public void StartThread_LoopFails_IsRestarted()
    {
        int runs = 0;
        Thread thread = _supervisor.StartThread("threads", () =>
        {
            if (++runs == 1)
            {
                throw new InvalidOperationException("oh");
            }
        });
        Assert.True(thread.Join(Patience));
        Assert.Equal((2, 1), (runs, _supervisor.Count("threads")));
    }

    [Fact]
    public void StartTimer_CallFails_NextCallRuns()
    {
        int looks = 0;
        using ITimer timer = _supervisor.StartTimer("timers", () =>
        {
            looks++;
            throw new InvalidOperationException("oh");
        }, _time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((2, 2, 1), (looks, _supervisor.Count("timers"), _reports.Count));
        timer.Change(Supervisor.ReportPause, TimeSpan.FromSeconds(1));
        _time.Advance(Supervisor.ReportPause);
        Assert.Contains("(x2)", _reports.Last().Line);
    }

    private Task Run(Func<Task> loop) => _supervisor.Run("loops", loop, _time, _stop.Token);

    private static void Until(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, Patience), what);
}
