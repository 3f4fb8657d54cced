using Carousel.Core.Pool;

namespace Carousel.Core.Telemetry;

/// <summary>How much an event matters to people.</summary>
public enum EventLevel : byte
{
    /// <summary>It is good to know.</summary>
    Info,

    /// <summary>What was wrong is right again.</summary>
    Good,

    /// <summary>A server or the store is missing.</summary>
    Warning,

    /// <summary>Somebody has to do something.</summary>
    Error,
}

/// <summary>Takes news of a server: the rest of a line for people that begins with the server. Any thread.</summary>
/// <param name="server">Who.</param>
/// <param name="level">How much it matters.</param>
/// <param name="what">Such as "removed".</param>
public delegate void ReportServer(Server server, EventLevel level, string what);

/// <summary>Takes a line for people. Any thread; returns at once, and never throws.</summary>
/// <param name="level">How much it matters.</param>
/// <param name="line">The line.</param>
public delegate void ReportEvent(EventLevel level, string line);

/// <summary>Something that happened.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="At">When.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Server">The name of the server that <paramref name="Text"/> is about; null if it is about none.</param>
/// <param name="Text">For people. If there is a server, the rest of a line that begins with it.</param>
public sealed record LoggedEvent(long Number, DateTimeOffset At, EventLevel Level, string? Server, string Text);

/// <summary>The last events, for whoever comes later than they did. Bounded; any thread.</summary>
/// <param name="time">For the times of the events.</param>
public sealed class EventLog(TimeProvider time)
{
    /// <summary>So many are kept: a bad hour of a small pool, a bad minute of a large one.</summary>
    public const int Capacity = 200;

    private readonly Lock _gate = new();
    private readonly Queue<LoggedEvent> _events = new(Capacity);
    private long _newest;

    /// <summary>Called after each event, by the thread that wrote it: to be quick.</summary>
    public event Action? Written;

    /// <summary>The number of the newest event, 0 if there is none yet.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Keeps an event; the oldest gives way.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="server">Whom it is about; null if about none.</param>
    /// <param name="text">See <see cref="LoggedEvent.Text"/>.</param>
    public void Write(EventLevel level, Server? server, string text)
    {
        lock (_gate)
        {
            if (_events.Count == Capacity)
            {
                _events.Dequeue();
            }
            _events.Enqueue(new LoggedEvent(_newest + 1, time.GetUtcNow(), level, server?.Entry.Name, text));
            Volatile.Write(ref _newest, _newest + 1);
        }
        Written?.Invoke();
    }

    /// <summary>Those that are kept and newer than this one, the oldest first.</summary>
    /// <param name="number">See <see cref="LoggedEvent.Number"/>; 0 for all.</param>
    public IReadOnlyList<LoggedEvent> After(long number)
    {
        lock (_gate)
        {
            return [.. _events.Where(logged => logged.Number > number)];
        }
    }
}
