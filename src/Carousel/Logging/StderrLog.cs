using Carousel.Control.Supervision;
using Carousel.Control.Telemetry;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Logging;

/// <summary>
/// Makes the lines of the log. A thread of its own reads the workers' failures from a <see cref="FailureLog"/>. Callers never wait for the output: <c>write</c> must not
/// block.
/// </summary>
/// <param name="failures">Read by this log alone.</param>
/// <param name="write">Receives the lines; any thread.</param>
/// <param name="time">The clock.</param>
/// <param name="events">Stores events that are no request failures.</param>
/// <param name="pool">The pool, whose states explain why no server is available.</param>
/// <param name="clientsToo">See <see cref="FailureLines"/>.</param>
internal sealed class StderrLog(FailureLog failures, Action<LogLine> write, TimeProvider time, EventLog events, Pool pool, bool clientsToo) : IDisposable
{
    /// <summary>Between two reads of a busy log: 4,096 entries in this time are 200,000 failures per second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FailureLines _lines = new(clientsToo, () => WhyNoServer(pool, time));
    private readonly Lock _gate = new();
    private long _secondBegan = time.GetTimestamp();
    private bool _isOut;
    private volatile bool _stopped;

    /// <summary>Starts the thread, once.</summary>
    public void Start() => Supervisor.OfProcess.StartThread("log", Run);

    /// <summary>Writes a line that is no request failure. Any thread. A <see cref="ReportEvent"/>.</summary>
    public void Report(EventLevel level, string message)
    {
        lock (_gate)
        {
            Write(new LogLine(level, message));
        }
        events.Write(level, null, message);
    }

    /// <summary>Writes a line about a server. Any thread. A <see cref="ReportServer"/>.</summary>
    public void About(Server server, EventLevel level, string what)
    {
        lock (_gate)
        {
            WriteAbout_NeedsLock(server, level, what);
        }
    }

    /// <summary>Writes an info line. Any thread.</summary>
    public void Info(string message) => Report(EventLevel.Info, message);

    /// <summary>Writes an error line that is no request failure. Any thread.</summary>
    public void Error(string message) => Report(EventLevel.Error, message);

    /// <summary>Writes new failures, and repeats that are due. Any thread; the log's own thread calls it in a loop.</summary>
    public void Pump()
    {
        lock (_gate)
        {
            while (failures.TryRead(out FailureEvent failure))
            {
                if (_lines.Take(failure) is { } line)
                {
                    Write(line);
                }
            }
            while (failures.TryRead(out ServerNews news))
            {
                WriteAbout_NeedsLock(news.Server, news.EjectedMs == 0 ? EventLevel.Good : EventLevel.Warning, ServerLines.Of(news));
            }
            if (time.GetElapsedTime(_secondBegan) >= Second)
            {
                EndSecond();
            }
        }
    }

    /// <summary>Writes all remaining lines; later ones are dropped.</summary>
    public void Dispose()
    {
        Pump();
        lock (_gate)
        {
            EndSecond();
            _stopped = true;
        }
    }

    private void Run()
    {
        while (!_stopped)
        {
            failures.Wait(Second);
            Pump();
            Thread.Sleep(Pause);
        }
    }

    private void WriteAbout_NeedsLock(Server server, EventLevel level, string what)
    {
        Write(new LogLine(level, $"server {server.Entry.Label} {what}") { Server = server.Entry.Name });
        events.Write(level, server, what);
        WriteOutage_NeedsLock();
    }

    /// <summary>Logs when the last server becomes unavailable, and when one is available again.</summary>
    private void WriteOutage_NeedsLock()
    {
        bool isOut = PoolOutage.IsOut(pool.Current, NowMs(time));
        if (isOut != _isOut)
        {
            _isOut = isOut;
            LogLine line = isOut
                ? new LogLine(EventLevel.Error, $"no request can be served: {WhyNoServer(pool, time)}")
                : new LogLine(EventLevel.Good, "requests can be served again");
            Write(line);
            events.Write(line.Level, null, line.Message);
        }
    }

    private static string WhyNoServer(Pool pool, TimeProvider time) => PoolOutage.Sentence(pool.Current, NowMs(time));

    /// <summary>The workers' clock.</summary>
    private static long NowMs(TimeProvider time) => (long)time.GetElapsedTime(0).TotalMilliseconds;

    private void EndSecond()
    {
        foreach (LogLine line in _lines.EndSecond())
        {
            Write(line);
        }
        long dropped = failures.TakeDropped();
        if (dropped != 0)
        {
            Write(new LogLine(EventLevel.Error, $"{dropped} more failures not logged: too many at once"));
        }
        _secondBegan = time.GetTimestamp();
    }

    private void Write(in LogLine line)
    {
        if (!_stopped)
        {
            write(line);
        }
    }
}
