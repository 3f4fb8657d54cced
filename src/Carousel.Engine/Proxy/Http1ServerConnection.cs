using System.Net;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>A connection to a server: in use by its owner, or kept for the next. Pooled; its own worker's thread only.</summary>
internal sealed unsafe class Http1ServerConnection : Connection, IServerStream, IDeadlineOwner
{
    public const int NotKept = -1;

    private const int SwitchingProtocols = 101;

    private IConnectionOwner? _owner;
    private ServerCounters _counters = null!;

    /// <summary>The response allows to use the connection again, until this time by the server's announcement; in the worker's milliseconds.</summary>
    private bool _isReusable;
    private long _reusableUntil;

    /// <summary>Bytes after an interim response are not parsed yet.</summary>
    private bool _hasUnparsed;

    public Http1ServerConnection(Worker worker)
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
    public Http1ServerConnection? NextAttempt;

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
        _hasUnparsed = _isReusable = false;
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
        _hasUnparsed = _isReusable = false;
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

    public void SendHead(RequestHead head, ref MessageBuffer request) => request.AddHead(Http1RequestEncoder.Encode(head, request.HeadRoom));

    public HeadResult ReadHead(RequestMethod method, ResponseHead head, ref MessageBuffer response, out FailureReason reason)
    {
        reason = FailureReason.None;
        if (!_hasUnparsed)
        {
            HeadResult received = Receive(ref response);
            if (received != HeadResult.Partial)
            {
                return received;
            }
        }
        _hasUnparsed = false;
        ParseStatus status = ResponseParser.Parse(response.UnframedBytes, method, Worker.HeadLimits, head, out reason);
        if (status != ParseStatus.Complete)
        {
            return status == ParseStatus.Rejected ? HeadResult.Rejected : HeadResult.Partial;
        }
        response.DropHead(head.Length);
        _hasUnparsed = head.IsInterim && response.Unframed > 0;
        _isReusable = head.KeepAlive && head.Status != SwitchingProtocols;
        // Counted from the head, not the body's end: when the server sent the body's end is not known here.
        _reusableUntil = head.ReusableMs == 0 ? long.MaxValue : Worker.Loop.Now + head.ReusableMs;
        return HeadResult.Complete;
    }

    private HeadResult Receive(ref MessageBuffer response)
    {
        if (!Stream.Readable)
        {
            return HeadResult.Blocked;
        }
        response.Acquire(Worker.Slab);
        response.Compact();
        int received = Stream.Receive(response.Base + response.End, response.Free);
        if (received > 0)
        {
            response.End += received;
            return HeadResult.Partial;
        }
        if (received != ByteStream.Blocked)
        {
            return response.Unframed == 0 ? HeadResult.Closed : HeadResult.Truncated;
        }
        if (response.Unframed == 0)
        {
            response.Release(Worker.Slab);
        }
        return HeadResult.Blocked;
    }

    public void Release(bool isClean)
    {
        if (_isReusable && isClean && !Stream.PeerClosed && Stream.IsSilent())
        {
            Worker.Upstreams.Keep(this, _reusableUntil);
        }
        else
        {
            Drop();
        }
    }

    public void Drop() => Worker.Upstreams.Close(this);

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
