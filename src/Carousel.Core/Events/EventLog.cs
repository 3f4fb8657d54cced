using Carousel.Core.Servers;

namespace Carousel.Core.Events;

/// <summary>Severity of an event.</summary>
public enum EventLevel : byte
{
    /// <summary>Informational.</summary>
    Info,

    /// <summary>A problem was resolved.</summary>
    Good,

    /// <summary>A server or the store is unavailable.</summary>
    Warning,

    /// <summary>An operator has to act.</summary>
    Error,
}

/// <summary>Receives an event of a server. Any thread.</summary>
/// <param name="server">The server.</param>
/// <param name="level">Its severity.</param>
/// <param name="what">The message after the server's name, such as "removed".</param>
public delegate void ReportServer(Server server, EventLevel level, string what);

/// <summary>Receives a log message. Any thread; returns at once and never throws.</summary>
/// <param name="level">Its severity.</param>
/// <param name="line">The message.</param>
public delegate void ReportEvent(EventLevel level, string line);

/// <summary>An event of the log.</summary>
/// <param name="Number">Its sequence number, from 1.</param>
/// <param name="At">Its time.</param>
/// <param name="Level">Its severity.</param>
/// <param name="Server">The name of the server concerned; null for none.</param>
/// <param name="Text">The message. With a server, the part after its name.</param>
public sealed record LoggedEvent(long Number, DateTimeOffset At, EventLevel Level, string? Server, string Text);

/// <summary>The most recent events. Bounded; any thread.</summary>
/// <param name="time">The clock for timestamps.</param>
public sealed class EventLog(TimeProvider time)
{
    /// <summary>Events kept: an hour of failures in a small pool, a minute in a large one.</summary>
    public const int Capacity = 200;

    private readonly Lock _gate = new();
    private readonly Queue<LoggedEvent> _events = new(Capacity);
    private long _newest;

    /// <summary>Raised after each event on the writing thread; handlers must be quick.</summary>
    public event Action? Written;

    /// <summary>The number of the newest event, 0 if there is none.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Appends an event and drops the oldest when full.</summary>
    /// <param name="level">Its severity.</param>
    /// <param name="server">The server concerned; null for none.</param>
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

    /// <summary>Kept events newer than this one, oldest first.</summary>
    /// <param name="number">See <see cref="LoggedEvent.Number"/>; 0 for all.</param>
    public IReadOnlyList<LoggedEvent> After(long number)
    {
        lock (_gate)
        {
            return [.. _events.Where(logged => logged.Number > number)];
        }
    }
}
