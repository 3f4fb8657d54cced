using System.Collections.Concurrent;
using Carousel.Core.Pool;

namespace Carousel.Core.Telemetry;

/// <summary>One failure as a worker saw it.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Activity">What the worker was doing, to be read after "while": "connecting to the server".</param>
/// <param name="Server">The server concerned, if any.</param>
/// <param name="Errno">The system call's error, 0 if none.</param>
public readonly record struct FailureEvent(FailureReason Reason, string Activity, Server? Server, int Errno);

/// <summary>A server was ejected, or is back.</summary>
/// <param name="Server">Who.</param>
/// <param name="Reason">The last failure; none if that was a status.</param>
/// <param name="Status">The last failure's status, 0 if it had none.</param>
/// <param name="Failures">How many.</param>
/// <param name="Requests">Of how many requests; 0 if they came one after the other.</param>
/// <param name="EjectedMs">For how long; 0 if it is back.</param>
public readonly record struct ServerNews(Server Server, FailureReason Reason, int Status, int Failures, int Requests, long EjectedMs);

/// <summary>
/// From the workers to whoever writes the log: bounded, never waits, allocates nothing once warm. What does not fit is counted.
/// </summary>
public sealed class FailureLog
{
    /// <summary>Enough for a second of a bad storm; a reader that is slower than this loses detail, never memory.</summary>
    public const int Capacity = 4096;

    private readonly ConcurrentQueue<FailureEvent> _events = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly ConcurrentQueue<ServerNews> _news = new();
    private int _count, _newsCount;
    private long _dropped;

    /// <summary>Adds an event, or counts it as dropped when the log is full. Any thread; never blocks.</summary>
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

    /// <summary>Adds news of a server, or counts it as dropped when there is more than a reader takes. Any thread; never blocks.</summary>
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

    /// <summary>Takes the oldest news. One reader at a time.</summary>
    public bool TryRead(out ServerNews news)
    {
        if (!_news.TryDequeue(out news))
        {
            return false;
        }
        Interlocked.Decrement(ref _newsCount);
        return true;
    }

    /// <summary>Waits until there may be something to read, or the time is over. May wake for nothing.</summary>
    public bool Wait(TimeSpan atMost) => _arrived.Wait(atMost);

    /// <summary>How many events were dropped since the last call.</summary>
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
            // Another writer was first: the reader wakes all the same.
        }
    }
}
