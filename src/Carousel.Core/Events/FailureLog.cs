using System.Collections.Concurrent;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Core.Events;

/// <summary>A failure reported by a worker.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Activity">The worker's activity, printed after "while": "connecting to the server".</param>
/// <param name="Server">The server concerned, if any.</param>
/// <param name="Errno">The errno of the system call, 0 if none.</param>
public readonly record struct FailureEvent(FailureReason Reason, string Activity, Server? Server, int Errno);

/// <summary>A server was ejected or reinstated.</summary>
/// <param name="Server">The server.</param>
/// <param name="Reason">The last failure; none if it was a status code.</param>
/// <param name="Status">The status code of the last failure, 0 if it had none.</param>
/// <param name="Failures">Number of failures.</param>
/// <param name="Requests">Number of requests they were counted in; 0 if the failures were consecutive.</param>
/// <param name="EjectedMs">Duration of the ejection in milliseconds; 0 if the server was reinstated.</param>
public readonly record struct ServerNews(Server Server, FailureReason Reason, int Status, int Failures, int Requests, long EjectedMs);

/// <summary>
/// A bounded queue from the workers to the log's reader. Never blocks and does not allocate once warm. Events that do not fit are counted as dropped.
/// </summary>
public sealed class FailureLog
{
    /// <summary>About one second of a failure storm. A slower reader loses events; memory does not grow.</summary>
    public const int Capacity = 4096;

    private readonly ConcurrentQueue<FailureEvent> _events = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly ConcurrentQueue<ServerNews> _news = new();
    private int _count, _newsCount;
    private long _dropped;

    /// <summary>Adds an event; counts it as dropped when the queue is full. Any thread; never blocks.</summary>
    public void Write(in FailureEvent failure)
    {
        if (Interlocked.Increment(ref _count) > Capacity)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _dropped);
            return;
        }
        _events.Enqueue(failure);
        Wake();
    }

    /// <summary>Adds an ejection event; counts it as dropped when the queue is full. Any thread; never blocks.</summary>
    public void Write(in ServerNews news)
    {
        if (Interlocked.Increment(ref _newsCount) > Capacity)
        {
            Interlocked.Decrement(ref _newsCount);
            Interlocked.Increment(ref _dropped);
            return;
        }
        _news.Enqueue(news);
        Wake();
    }

    /// <summary>Takes the oldest event. One reader at a time.</summary>
    public bool TryRead(out FailureEvent failure)
    {
        if (!_events.TryDequeue(out failure))
        {
            return false;
        }
        Interlocked.Decrement(ref _count);
        return true;
    }

    /// <summary>Takes the oldest ejection event. One reader at a time.</summary>
    public bool TryRead(out ServerNews news)
    {
        if (!_news.TryDequeue(out news))
        {
            return false;
        }
        Interlocked.Decrement(ref _newsCount);
        return true;
    }

    /// <summary>Waits until there may be something to read or the timeout expires. Spurious wake-ups are possible.</summary>
    public bool Wait(TimeSpan atMost) => _arrived.Wait(atMost);

    /// <summary>Number of events dropped since the last call.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    private void Wake()
    {
        if (_arrived.CurrentCount != 0)
        {
            return;
        }
        try
        {
            _arrived.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another writer released it first: the reader wakes up either way.
        }
    }
}
