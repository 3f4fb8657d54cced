using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Carousel.Core.Config;
using Carousel.Core.Events;

namespace Carousel.Control.Supervision;

/// <summary>
/// Starts background tasks and keeps them running: a task that ends by an exception is reported, counted and restarted after a delay. All loops, threads,
/// timers and signal handlers are started through it (enforced by tests/Carousel.Tests/Walls), so none ends, or ends the process, unreported.
/// Any thread.
/// </summary>
public sealed class Supervisor
{
    /// <summary>Delay after the first failure; doubled with each further failure.</summary>
    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>A loop that always fails costs almost nothing, and one that recovers is not delayed for long.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>After this run time the delay starts at <see cref="FirstPause"/> again.</summary>
    internal static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    /// <summary>Minimum time between reports of the same name: one bug may fail a thousand probes simultaneously.</summary>
    internal static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Record> _records = new();

    /// <summary>The supervisor of this process. As for unhandled exceptions, one place receives all failures that no caller awaits.</summary>
    public static Supervisor OfProcess { get; } = new();

    /// <summary>Receives a line about each failure.</summary>
    public ReportEvent Report { get; set; } = (_, _) => { };

    /// <summary>The names that have failed, and how often each; ordered by name.</summary>
    public IEnumerable<(string Name, long Count)> Failures =>
        _records.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value.Count));

    /// <summary>Number of failures under this name.</summary>
    public long Count(string name) => _records.TryGetValue(name, out Record? record) ? record.Count : 0;

    /// <summary>Runs a loop on pool threads. The task completes without an exception when the loop returns or was stopped.</summary>
    /// <param name="name">Name of the task, in the plural: the same for all loops of its kind.</param>
    /// <param name="loop">Called again after a failure.</param>
    /// <param name="time">Clock for the delays.</param>
    /// <param name="stop">Cancels the loop.</param>
    public Task Run(string name, Func<Task> loop, TimeProvider time, CancellationToken stop) => Task.Run(() => KeepAsync(name, loop, time, stop), CancellationToken.None);

    /// <summary>Runs a loop on a background thread of its own. The thread ends when the loop returns.</summary>
    /// <param name="name">Name of the thread.</param>
    /// <param name="loop">Called again after a failure.</param>
    public Thread StartThread(string name, Action loop)
    {
        var thread = new Thread(() => Keep(name, loop)) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Starts a timer; a failed call does not affect later ones.</summary>
    public ITimer StartTimer(string name, Action look, TimeProvider time, TimeSpan due, TimeSpan period) =>
        time.CreateTimer(_ => Guard(name, look, time), null, due, period);

    /// <summary>Handles a signal without its default action.</summary>
    public PosixSignalRegistration Handle(PosixSignal signal, Action handler) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Guard("signals", handler, TimeProvider.System);
    });

    /// <summary>Runs an action once and reports its failure, on a thread that must not end by it.</summary>
    public void Guard(string name, Action action, TimeProvider time)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Failed(name, e, time, "it continues");
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
                Failed(name, e, time, $"restarting in {Durations.Format(pause)}");
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
                Failed(name, e, TimeProvider.System, $"restarting in {Durations.Format(pause)}");
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
            Report(EventLevel.Error, $"{name}: background task failed{times}, {remedy}; this is a defect in carousel, please report it: {e}");
        }
        catch (Exception)
        {
            // The report handler itself failed: the failure is counted, and the loop must continue.
        }
    }

    /// <summary>Counters of one name.</summary>
    private sealed class Record
    {
        private readonly Lock _gate = new();
        private long? _reportedAt;
        private int _unreported;
        private long _count;

        public long Count => Volatile.Read(ref _count);

        /// <summary>Counts a failure; returns the number to report now, 0 if none.</summary>
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
