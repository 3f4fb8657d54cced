using Carousel.Bench.Wire;

namespace Carousel.Bench.Client;

/// <summary>Sends due requests on an idle kept connection, or on a new one, and aborts requests that time out.</summary>
internal sealed class Load(int port, Arrivals arrivals, Tally tally)
{
    /// <summary>Below the descriptor limit of a process; due requests beyond it wait, which counts as latency.</summary>
    private const int MaxConnections = 8_000;

    private const long Timeout = 10_000_000;

    private readonly Stack<Connection> _idle = new();
    private readonly Queue<Request> _waiting = new();

    // In order of due time, so that the first is the next to time out.
    private readonly Queue<Request> _open = new();
    private int _connections;

    public Loop Loop { get; } = new();

    /// <summary>Returns when all requests have completed, failed or timed out.</summary>
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
            Loop.RunOnce(Math.Min(next, _open.TryPeek(out Request? oldest) ? oldest.Due + Timeout : long.MaxValue));
            GiveUp(Loop.Now);
        }
    }

    /// <summary>A connection is ready for the next request.</summary>
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

    /// <summary>A connection has closed.</summary>
    public void Gone()
    {
        _connections--;
        if (NextWaiting() is { } request)
        {
            Open(request);
        }
    }

    /// <summary>Records the outcome of a request.</summary>
    public void End(Request request, string outcome)
    {
        request.IsOver = true;
        tally.Ended(request, outcome, Loop.Now - request.Due);
    }

    /// <summary>
    /// A kept connection closed before the first byte of the response. A GET is then retried once on a new one, as browsers and client libraries do: the proxy
    /// may have closed it before it received the request (RFC 9112 section 9.3.1).
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
