using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel;

/// <summary>
/// Writes the log: a line begins with the time (UTC) and a level. Failures come from the workers through a <see cref="FailureLog"/> and are
/// written by a thread of this log's own, so that nobody but it waits for a slow terminal.
/// </summary>
/// <param name="failures">Read by this log alone.</param>
/// <param name="to">Where to write.</param>
/// <param name="time">For the times of the lines and the length of a second.</param>
/// <param name="events">Keeps what is no failure of a request, for who looks later.</param>
/// <param name="clientsToo">See <see cref="FailureLines"/>.</param>
internal sealed class StderrLog(FailureLog failures, TextWriter to, TimeProvider time, EventLog events, bool clientsToo) : IDisposable
{
    /// <summary>Between two looks into a busy log: 4,096 places filled in this time are 200,000 failures a second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FailureLines _lines = new(clientsToo);
    private readonly Lock _gate = new();
    private long _secondBegan = time.GetTimestamp();
    private volatile bool _stopped;

    /// <summary>Starts the thread, once.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "log" }.Start();

    /// <summary>Writes a line about something that is no failure. Any thread.</summary>
    public void Info(string message)
    {
        lock (_gate)
        {
            Write("info", message);
        }
        events.Write(EventLevel.Info, null, message);
    }

    /// <summary>Writes a line about a server. Any thread. A <see cref="ReportServer"/>.</summary>
    public void About(Server server, EventLevel level, string what)
    {
        lock (_gate)
        {
            WriteAbout_NeedsLock(server, level, what);
        }
    }

    /// <summary>Writes a line about something that is wrong and no failure of a request. Any thread.</summary>
    public void Error(string message)
    {
        lock (_gate)
        {
            Write("error", message);
        }
        events.Write(EventLevel.Error, null, message);
    }

    /// <summary>Writes what has come, and what is due of what came before. Any thread; the log's own calls it all the time.</summary>
    public void Pump()
    {
        lock (_gate)
        {
            while (failures.TryRead(out FailureEvent failure))
            {
                if (_lines.Take(failure) is { } line)
                {
                    Write("error", line);
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

    /// <summary>Writes all that is left, and nothing more.</summary>
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
        Write("info", $"server {server.Entry.Label} {what}");
        events.Write(level, server, what);
    }

    private void EndSecond()
    {
        foreach (string line in _lines.EndSecond())
        {
            Write("error", line);
        }
        long dropped = failures.TakeDropped();
        if (dropped != 0)
        {
            Write("error", $"{dropped} more failures came too fast to be told apart");
        }
        _secondBegan = time.GetTimestamp();
    }

    private void Write(string level, string message)
    {
        if (!_stopped)
        {
            to.WriteLine($"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {level} {message}");
            to.Flush();
        }
    }
}
