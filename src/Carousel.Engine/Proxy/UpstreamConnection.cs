using System.Net;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>A connection to a server: in use by its owner, or kept for the next. Pooled; its own worker's thread only.</summary>
internal sealed class UpstreamConnection : Connection, IDeadlineOwner
{
    public const int NotKept = -1;

    private IConnectionOwner? _owner;
    private ServerCounters _counters = null!;

    public UpstreamConnection(Worker worker)
        : base(worker) => Deadline = new Deadline(this);

    public Server Server { get; private set; } = null!;

    /// <summary>A request was completed on it before: the server may have closed it since.</summary>
    public bool WasUsedBefore { get; private set; }

    /// <summary>Its index among the kept connections to the same server, or <see cref="NotKept"/>. Owned by <see cref="UpstreamPool"/>.</summary>
    public int KeptAt { get; set; } = NotKept;

    /// <summary>True while it is kept in the pool.</summary>
    public bool IsKept => KeptAt != NotKept;

    /// <summary>Bounds how long it is kept.</summary>
    public Deadline Deadline { get; }

    /// <summary>The server's address and port.</summary>
    public IPEndPoint EndPoint { get; private set; } = null!;

    /// <summary>While it is connecting: the next attempt. Owned by <see cref="ServerConnector"/>.</summary>
    public UpstreamConnection? NextAttempt;

    /// <summary>Begins to connect for this owner: 0 if connected, -EINPROGRESS, or the negated errno with nothing left open.</summary>
    public int Connect(Server server, IPEndPoint endPoint, IConnectionOwner owner)
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
        _owner = owner;
        _counters = server.Traffic.Of(Worker.Index);
        _counters.Connects++;
        _counters.OpenConnections++;
        return result;
    }

    /// <summary>The result of a connect that was in progress, once it is writable: 0, or the negated errno.</summary>
    public int ConnectResult() => Worker.Transport.ConnectResult(Fd);

    /// <summary>Taken from the pool for this owner.</summary>
    public void Use(IConnectionOwner owner)
    {
        _owner = owner;
        WasUsedBefore = true;
    }

    /// <summary>It has no owner now; it is kept in the pool at this index.</summary>
    public void BecomeIdle(int keptAt)
    {
        _owner = null;
        KeptAt = keptAt;
        CountBytes();
    }

    public override void OnEvents(Readiness readiness)
    {
        Stream.Note(readiness);
        if (_owner is { } owner)
        {
            owner.OnReady();
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
        _owner = null;
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
