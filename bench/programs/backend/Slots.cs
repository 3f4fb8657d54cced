using Carousel.Bench.Wire;

namespace Carousel.Bench.Backend;

/// <summary>So many requests are worked on at once; those that come meanwhile wait, first come, first served.</summary>
internal sealed class Slots(int count, ServiceTime time)
{
    private readonly Queue<Connection> _waiting = new();
    private readonly PriorityQueue<Connection, long> _serving = new();
    private long _busyMicros, _countedUntil = Loop.Now;

    public ServiceTime Time => time;

    /// <summary>When the next request is done, by <see cref="Loop.Now"/>.</summary>
    public long NextDone => _serving.TryPeek(out _, out long due) ? due : long.MaxValue;

    /// <summary>Microseconds that slots were in use for, summed over the slots.</summary>
    public long BusyMicros(long now)
    {
        _busyMicros += _serving.Count * (now - _countedUntil);
        _countedUntil = now;
        return _busyMicros;
    }

    /// <summary>Takes a connection's request in.</summary>
    public void Enter(Connection connection, long now)
    {
        _waiting.Enqueue(connection);
        StartWaiting(now);
    }

    /// <summary>Answers the requests that are done by now, and starts those that waited for their slots.</summary>
    public void Finish(long now)
    {
        while (NextDone <= now)
        {
            BusyMicros(now);
            _serving.Dequeue().Respond();
            StartWaiting(now);
        }
    }

    private void StartWaiting(long now)
    {
        while (_serving.Count < count && _waiting.TryDequeue(out Connection? next))
        {
            // Nobody waits for this one any more: the work isn't begun.
            if (next.IsOpen)
            {
                next.Begin();
                BusyMicros(now);
                _serving.Enqueue(next, now + time.Next());
            }
        }
    }
}
