using System.Net;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>A connection to a server: in an exchange, or kept for the next. Pooled; its own worker's thread only.</summary>
internal sealed class UpstreamConnection : Connection, IDeadlineOwner
{
    public const int NotKept = -1;

    private Exchange? _exchange;
    private ServerCounters _counters = null!;

    public UpstreamConnection(Worker worker)
        : base(worker) => Deadline = new Deadline(this);

    public Server Server { get; private set; } = null!;

    /// <summary>An exchange was completed on it before: it may have been closed at the other end since.</summary>
    public bool WasUsedBefore { get; private set; }

    /// <summary>Its place among the kept connections to the same server, or <see cref="NotKept"/>; <see cref="UpstreamPool"/>'s own.</summary>
    public int KeptAt { get; set; } = NotKept;

    /// <summary>True while it waits in the pool.</summary>
    public bool IsKept => KeptAt != NotKept;

    /// <summary>Bounds how long it is kept.</summary>
    public Deadline Deadline { get; }

    /// <summary>Where it leads.</summary>
    public IPEndPoint EndPoint { get; private set; } = null!;

    /// <summary>While it is being opened: another of its exchange's that is; the exchange's own.</summary>
    public UpstreamConnection? NextAttempt;

    /// <summary>Begins to connect for this exchange: 0 if it is connected, -EINPROGRESS, or the error negated, with nothing left open.</summary>
    public int Connect(Server server, IPEndPoint endPoint, Exchange exchange)
    {
        Server = server;
        EndPoint = endPoint;
        WasUsedBefore = false;
        if (!Worker.EnterServer())
        {
            return -Errno.EMFILE;
        }
        int result = Worker.Transport.Connect(SockAddr.From(endPoint.Address, endPoint.Port), out int fd);
        int opened = fd < 0 ? result : Open(fd, writable: result == 0);
        if (opened < 0)
        {
            Worker.LeaveServer();
            return opened;
        }
        _exchange = exchange;
        BytesIn = BytesOut = 0;
        _counters = server.Traffic.Of(Worker.Index);
        _counters.Connects++;
        _counters.OpenConnections++;
        return result;
    }

    /// <summary>Taken out of the pool for an exchange.</summary>
    public void Use(Exchange exchange)
    {
        _exchange = exchange;
        WasUsedBefore = true;
    }

    /// <summary>No exchange needs it now; it waits at this place in the pool.</summary>
    public void BecomeIdle(int keptAt)
    {
        _exchange = null;
        KeptAt = keptAt;
        CountBytes();
    }

    public override void OnEvents(Readiness readiness)
    {
        Note(readiness);
        if (_exchange is { } exchange)
        {
            exchange.Advance();
        }
        else if (Readable)
        {
            // A server has nothing to say unasked: this is its end, or bytes that would be taken for the next answer.
            Worker.Upstreams.Close(this);
        }
    }

    /// <summary>Armed each time it is kept, and not disarmed when it is taken: that would be one more store on every request's way.</summary>
    public void OnDeadline(Deadline deadline)
    {
        if (IsKept)
        {
            Worker.Upstreams.Close(this);
        }
    }

    /// <summary>Closes the descriptor. To be called by the pool.</summary>
    public void Close()
    {
        _exchange = null;
        CountBytes();
        _counters.OpenConnections--;
        Worker.Loop.Wheel.Remove(Deadline);
        CloseDescriptor(abort: false);
        Worker.LeaveServer();
    }

    private void CountBytes()
    {
        _counters.BytesReceived += BytesIn;
        _counters.BytesSent += BytesOut;
        BytesIn = BytesOut = 0;
    }
}
