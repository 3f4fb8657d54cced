using Carousel.Bench.Wire;

namespace Carousel.Bench.Backend;

/// <summary>Limits the requests in service to N; others wait in a FIFO queue.</summary>
internal sealed class Slots(int count, ServiceTime time)
{
    private readonly Queue<Connection> _waiting = new();
    private readonly PriorityQueue<Connection, long> _serving = new();
    private long _busyMicros, _countedUntil = Loop.Now;

    public ServiceTime Time => time;

    /// <summary>When the next request completes, by <see cref="Loop.Now"/>.</summary>
    public long NextDone => _serving.TryPeek(out _, out long due) ? due : long.MaxValue;

    /// <summary>Busy microseconds, summed over the slots.</summary>
    public long BusyMicros(long now)
    {
        _busyMicros += _serving.Count * (now - _countedUntil);
        _countedUntil = now;
        return _busyMicros;
    }

    /// <summary>Adds a connection's request.</summary>
    public void Enter(Connection connection, long now)
    {
        _waiting.Enqueue(connection);
        StartWaiting(now);
    }

    /// <summary>Responds to the requests that are done by now, and starts queued ones.</summary>
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
            // Its client has disconnected: the work is not started.
            if (next.IsOpen)
            {
                next.Begin();
                BusyMicros(now);
                _serving.Enqueue(next, now + time.Next());
            }
        }
    }
}
