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

    /// <summary>An exchange was completed on it before: the server may have closed it since.</summary>
    public bool WasUsedBefore { get; private set; }

    /// <summary>Its index among the kept connections to the same server, or <see cref="NotKept"/>. Owned by <see cref="UpstreamPool"/>.</summary>
    public int KeptAt { get; set; } = NotKept;

    /// <summary>True while it is kept in the pool.</summary>
    public bool IsKept => KeptAt != NotKept;

    /// <summary>Bounds how long it is kept.</summary>
    public Deadline Deadline { get; }

    /// <summary>The server's address and port.</summary>
    public IPEndPoint EndPoint { get; private set; } = null!;

    /// <summary>While it is connecting: the exchange's next attempt. Owned by the exchange.</summary>
    public UpstreamConnection? NextAttempt;

    /// <summary>Begins to connect for this exchange: 0 if connected, -EINPROGRESS, or the negated errno with nothing left open.</summary>
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
        int opened = fd < 0 ? result : Open(fd, isConnected: result == 0);
        if (opened < 0)
        {
            Worker.LeaveServer();
            return opened;
        }
        _exchange = exchange;
        _counters = server.Traffic.Of(Worker.Index);
        _counters.Connects++;
        _counters.OpenConnections++;
        return result;
    }

    /// <summary>Taken from the pool for an exchange.</summary>
    public void Use(Exchange exchange)
    {
        _exchange = exchange;
        WasUsedBefore = true;
    }

    /// <summary>No exchange needs it now; it is kept in the pool at this index.</summary>
    public void BecomeIdle(int keptAt)
    {
        _exchange = null;
        KeptAt = keptAt;
        CountBytes();
    }

    public override void OnEvents(Readiness readiness)
    {
        Stream.Note(readiness);
        if (_exchange is { } exchange)
        {
            exchange.Advance();
        }
        else if (!Stream.IsSilent())
        {
            // A server sends nothing unrequested: this is its end, or bytes that would be taken for the next response.
            Worker.Upstreams.Close(this);
        }
    }

    /// <summary>Armed each time it is kept, and not disarmed when it is taken: that would cost a store on every request.</summary>
    public void OnDeadline(Deadline deadline)
    {
        if (IsKept)
        {
            Worker.Upstreams.Close(this);
        }
    }

    /// <summary>Closes the descriptor. Called by the pool only.</summary>
    public void Close()
    {
        _exchange = null;
        CountBytes();
        _counters.OpenConnections--;
        Worker.Loop.Wheel.Remove(Deadline);
        CloseStream(abort: false);
        Worker.LeaveServer();
    }

    private void CountBytes()
    {
        _counters.BytesReceived += Stream.BytesIn;
        _counters.BytesSent += Stream.BytesOut;
        Stream.BytesIn = Stream.BytesOut = 0;
    }
}
