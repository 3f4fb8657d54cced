using Carousel.Bench.Wire;

namespace Carousel.Bench.Client;

/// <summary>Sends what is due, on a kept connection if one is idle, else on a new one, and gives up what isn't answered in time.</summary>
internal sealed class Load(int port, Arrivals arrivals, Tally tally)
{
    /// <summary>Within the descriptors of a process; what is due beyond waits, and its latency with it.</summary>
    private const int MaxConnections = 8_000;

    private const long Timeout = 10_000_000;

    private readonly Stack<Connection> _idle = new();
    private readonly Queue<Request> _waiting = new();

    // In the order of their times, so that the first is the next to be given up.
    private readonly Queue<Request> _open = new();
    private int _connections;

    public Loop Loop { get; } = new();

    /// <summary>Returns when all requests are answered, failed or given up.</summary>
    public void Run()
    {
        long start = Loop.Now;
        tally.Begins(start);
        while (!arrivals.IsOver || _open.Count > 0)
        {
            long now = Loop.Now;
            while (!arrivals.IsOver && start + arrivals.NextDue <= now)
            {
                Request request = arrivals.Take(start);
                _open.Enqueue(request);
                tally.Sent(request, late: now - request.Due);
                Send(request);
            }

            long next = arrivals.IsOver ? long.MaxValue : start + arrivals.NextDue;
            Loop.Turn(Math.Min(next, _open.TryPeek(out Request? oldest) ? oldest.Due + Timeout : long.MaxValue));
            GiveUp(Loop.Now);
        }
    }

    /// <summary>A connection can take the next request.</summary>
    public void Free(Connection connection)
    {
        if (NextWaiting() is { } request)
        {
            connection.Send(request);
        }
        else
        {
            _idle.Push(connection);
        }
    }

    /// <summary>A connection is gone.</summary>
    public void Gone()
    {
        _connections--;
        if (NextWaiting() is { } request)
        {
            Open(request);
        }
    }

    /// <summary>It is known what became of a request.</summary>
    public void End(Request request, string outcome)
    {
        request.IsOver = true;
        tally.Ended(request, outcome, Loop.Now - request.Due);
    }

    /// <summary>
    /// A kept connection ended before a byte of the answer. A GET is then sent again on a new one, once, as browsers and client libraries do: the
    /// proxy may have closed it before it knew of the request (RFC 9112 section 9.3.1).
    /// </summary>
    public void EndedWithoutResponse(Request request, bool wasKept)
    {
        if (!wasKept || request.IsPost || request.IsResent)
        {
            End(request, "closed-unanswered");
            return;
        }

        request.IsResent = true;
        tally.Resent();
        Open(request);
    }

    private void Send(Request request)
    {
        while (_idle.TryPop(out Connection? connection))
        {
            if (connection.IsOpen)
            {
                connection.Send(request);
                return;
            }
        }

        Open(request);
    }

    private void Open(Request request)
    {
        if (_connections >= MaxConnections)
        {
            _waiting.Enqueue(request);
            return;
        }

        int fd = Libc.Connect(port);
        if (fd < 0)
        {
            End(request, "connect-failed");
            return;
        }

        _connections++;
        Loop.WatchWritable(fd, new Connection(fd, this, request));
    }

    private Request? NextWaiting()
    {
        while (_waiting.TryDequeue(out Request? request))
        {
            if (!request.IsOver)
            {
                return request;
            }
        }

        return null;
    }

    private void GiveUp(long now)
    {
        while (_open.TryPeek(out Request? oldest) && (oldest.IsOver || oldest.Due + Timeout <= now))
        {
            _open.Dequeue();
            if (!oldest.IsOver)
            {
                End(oldest, "timeout");
                oldest.On?.Abandon();
            }
        }
    }
}
