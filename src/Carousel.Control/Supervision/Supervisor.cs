using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Supervision;

/// <summary>
/// Starts whatever runs in the background, and keeps it running: what ends by an exception is reported, counted and started again after a pause. Nothing starts a
/// loop, a thread, a timer or a signal's handler in another way (tests/Carousel.Tests/Walls holds that), so none can end, or take the process along, without a word.
/// Any thread.
/// </summary>
public sealed class Supervisor : IMetricSource
{
    /// <summary>After the first failure; it doubles with each further one.</summary>
    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>A loop that fails all the time costs nothing, and one that can go on again is not missed for long.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>What ran for so long begins with <see cref="FirstPause"/> again.</summary>
    internal static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    /// <summary>Between two reports of the same kind: a defect may hit a thousand probes at once.</summary>
    internal static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(10);

    private static readonly Metric Failures = new("carousel_background_failures_total", MetricKind.Counter, "{failure}",
        "Times that something in the background (a loop, a timer) failed, was logged and started again: each is a defect of the balancer", "task");

    private readonly ConcurrentDictionary<string, Record> _records = new();

    /// <summary>The supervisor of this process: as with unhandled exceptions, there is one place for what goes wrong where nobody waits for it.</summary>
    public static Supervisor OfProcess { get; } = new();

    /// <summary>Takes a line about each failure.</summary>
    public ReportEvent Report { get; set; } = (_, _) => { };

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Failures];

    /// <summary>How often what has this name has failed.</summary>
    public long Count(string name) => _records.TryGetValue(name, out Record? record) ? record.Count : 0;

    /// <summary>Runs a loop on threads of the pool. The task ends, without an exception, when the loop returns, or was stopped.</summary>
    /// <param name="name">What the loop does, in the plural: the same for all loops of its kind.</param>
    /// <param name="loop">Called again after a failure.</param>
    /// <param name="time">The clock that the pauses go by.</param>
    /// <param name="stop">Its cancellation is the loop's end.</param>
    public Task Run(string name, Func<Task> loop, TimeProvider time, CancellationToken stop) => Task.Run(() => KeepAsync(name, loop, time, stop), CancellationToken.None);

    /// <summary>Runs a loop on a thread of its own, which does not keep the process. The thread ends when the loop returns.</summary>
    /// <param name="name">Of the thread.</param>
    /// <param name="loop">Called again after a failure.</param>
    public Thread StartThread(string name, Action loop)
    {
        var thread = new Thread(() => Keep(name, loop)) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>A timer, whose next call comes whether this one fails or not.</summary>
    public ITimer StartTimer(string name, Action look, TimeProvider time, TimeSpan due, TimeSpan period) =>
        time.CreateTimer(_ => Guard(name, look, time), null, due, period);

    /// <summary>Handles a signal; the process goes on.</summary>
    public PosixSignalRegistration Handle(PosixSignal signal, Action handler) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Guard("signals", handler, TimeProvider.System);
    });

    /// <summary>Does something once, on a thread that is not ours to end.</summary>
    public void Guard(string name, Action action, TimeProvider time)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Failed(name, e, time, "it goes on");
        }
    }

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Failures);
        foreach ((string name, Record record) in _records.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            sink.Add(record.Count, name);
        }
    }

    private async Task KeepAsync(string name, Func<Task> loop, TimeProvider time, CancellationToken stop)
    {
        for (TimeSpan pause = FirstPause; ; pause = Longer(pause))
        {
            long began = time.GetTimestamp();
            try
            {
                await loop().ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                pause = time.GetElapsedTime(began) >= Healthy ? FirstPause : pause;
                Failed(name, e, time, $"started again in {Durations.Format(pause)}");
            }
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Keep(string name, Action loop)
    {
        for (TimeSpan pause = FirstPause; ; pause = Longer(pause))
        {
            long began = TimeProvider.System.GetTimestamp();
            try
            {
                loop();
                return;
            }
            catch (Exception e)
            {
                pause = TimeProvider.System.GetElapsedTime(began) >= Healthy ? FirstPause : pause;
                Failed(name, e, TimeProvider.System, $"started again in {Durations.Format(pause)}");
            }
            Thread.Sleep(pause);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => 2 * pause < LongestPause ? 2 * pause : LongestPause;

    private void Failed(string name, Exception e, TimeProvider time, string remedy)
    {
        int unreported = _records.GetOrAdd(name, _ => new Record()).Add(time);
        if (unreported == 0)
        {
            return;
        }
        string times = unreported == 1 ? "" : $" (x{unreported})";
        try
        {
            Report(EventLevel.Error, $"{name}: a failure in the background{times}, {remedy}; this is a defect in carousel, please report it: {e}");
        }
        catch (Exception)
        {
            // Whoever takes reports is at fault, too: it is counted, and the loop must go on.
        }
    }

    /// <summary>What is known of one kind of failures.</summary>
    private sealed class Record
    {
        private readonly Lock _gate = new();
        private long? _reportedAt;
        private int _unreported;
        private long _count;

        public long Count => Volatile.Read(ref _count);

        /// <summary>One more; gives how many are to be reported now, 0 if none.</summary>
        public int Add(TimeProvider time)
        {
            lock (_gate)
            {
                _count++;
                _unreported++;
                if (_reportedAt is { } at && time.GetElapsedTime(at) < ReportPause)
                {
                    return 0;
                }
                _reportedAt = time.GetTimestamp();
                return Interlocked.Exchange(ref _unreported, 0);
            }
        }
    }
}
