using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A connection to a client that speaks HTTP/1: it receives heads, one after the other, and is the only stream of each request. Idle, it holds no buffer and
/// no exchange. Pooled; its own worker's thread only.
/// </summary>
internal sealed class Http1ClientConnection : Connection, IClientStream, IDeadlineOwner, IResumable
{
    /// <summary>
    /// A client that half-closes while it waits may have gone away, or may only have nothing more to send (nc -N): the two look the same. It gets this long
    /// for a response to begin, and more while it takes one. After that the request is abandoned.
    /// </summary>
    public const int HalfClosedGraceMs = 500;

    private readonly Deadline _deadline;
    private Exchange? _exchange;
    private Lingering _lingering;
    private ClientPhase _phase;
    private bool _served;
    private bool _isCounted;
    private bool _willResume;
    private ClientIdentity _identity;
    private Http1ResponseSender _sender;

    /// <summary>The list that it is in while it may be evicted.</summary>
    private ClientList _idles;

    public Http1ClientConnection(Worker worker)
        : base(worker)
    {
        _deadline = new Deadline(this);
        _idles = worker.Clients;
    }

    /// <summary>Its index in the worker's <see cref="Worker.Clients"/> or <see cref="Worker.Rejected"/>, while it is open.</summary>
    public int IdlePlace { get; private set; }

    /// <summary>Takes over an accepted descriptor; false if it can't be registered with epoll.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="peer">The client's address and port.</param>
    /// <param name="isCounted">It counts towards the limits; a rejected connection does not.</param>
    public bool Accept(int fd, in SockAddr peer, bool isCounted)
    {
        _identity = new ClientIdentity(peer);
        _isCounted = isCounted;
        _served = false;
        if (Open(fd, isConnected: true) < 0)
        {
            return false;
        }
        ArmIn(Worker.Timeouts.Idle);
        _idles = isCounted ? Worker.Clients : Worker.Rejected;
        IdlePlace = _idles.Take(this);
        if (isCounted)
        {
            _idles.Add(IdlePlace, Worker.Loop.Now);
        }
        return true;
    }

    public override void OnEvents(Readiness readiness)
    {
        bool peerWasOpen = !Stream.PeerClosed;
        Stream.Note(readiness);
        if (_phase == ClientPhase.InExchange && Stream.PeerClosed && peerWasOpen)
        {
            ArmIn(HalfClosedGraceMs);
        }
        // What lingers is discarded a bounded amount per tick, however many events there are.
        if (_phase != ClientPhase.Lingering || !_willResume)
        {
            Continue();
        }
    }

    public void Resume()
    {
        _willResume = false;
        Continue();
    }

    private void Continue()
    {
        switch (_phase)
        {
            case ClientPhase.Idle when Stream.Readable:
                BeginHead();
                break;
            case ClientPhase.ReadingHead:
                ReadHead();
                break;
            case ClientPhase.InExchange:
                _exchange!.Advance();
                break;
            case ClientPhase.Lingering:
                Drain();
                break;
        }
    }

    public void OnDeadline(Deadline deadline)
    {
        switch (_phase)
        {
            case ClientPhase.ReadingHead:
                BeginRejected(FailureReason.HeadTimeout);
                break;
            case ClientPhase.InExchange:
                long leftMs = _exchange!.AbandonUnlessTaking(HalfClosedGraceMs);
                if (leftMs > 0)
                {
                    ArmIn(leftMs);
                }
                break;
            default:
                Close(abort: false);
                break;
        }
    }

    public ref readonly ClientIdentity Identity => ref _identity;

    public ReadOnlySpan<byte> LocalAuthority => Worker.LocalAuthority(Fd);

    public bool SendInterim(ResponseHead head, ref MessageBuffer response) => Http1ResponseSender.SendInterim(_exchange!.Head, head, ref response);

    public void SwitchProtocols(ResponseHead head, ref BodyRelay response) => _sender.SwitchProtocols(head, ref response);

    public void SendHead(ResponseHead head, bool isRequestRead, ref BodyRelay response) =>
        _sender.Send(_exchange!.Head, head, isRequestRead && !Worker.IsDraining, ref response);

    public void SendLocal(FailureReason reason, bool isRequestRead, ReadOnlySpan<byte> requestId, ref MessageBuffer response) =>
        _sender.SendLocal(_exchange!.Head, reason, isRequestRead && !Worker.IsDraining, Worker.Date, requestId, ref response);

    public void RefuseRest() => _sender.KeepsConnection = false;

    public void Complete(bool isRequestRead)
    {
        int unparsed = _exchange!.Request.Buffer.Unframed;
        if (!_sender.KeepsConnection)
        {
            // Unread bytes, received or still to come, would make the kernel reset the connection before the client has read the response.
            Finish(linger: !isRequestRead || unparsed > 0 || !Stream.IsSilent());
        }
        else if (unparsed == 0 && !Stream.Readable)
        {
            BecomeIdle();
        }
        else
        {
            _phase = ClientPhase.ReadingHead;
            _deadline.Disarm();
            ResumeNextTick();
        }
    }

    public void Abort() => Close(abort: _sender.EndsWithClose);

    /// <summary>There is nothing to receive, and the connection stays open.</summary>
    private void BecomeIdle()
    {
        ReturnExchange();
        _phase = ClientPhase.Idle;
        if (Stream.PeerClosed || (Worker.IsDraining && _served))
        {
            Close(abort: false);
            return;
        }
        ArmIn(Worker.Timeouts.Idle);
        _idles.Add(IdlePlace, Worker.Loop.Now);
    }

    /// <summary>The last response is sent: closes, at once or after lingering.</summary>
    private void Finish(bool linger)
    {
        ReturnExchange();
        if (!linger)
        {
            Close(abort: false);
            return;
        }
        _phase = ClientPhase.Lingering;
        _idles.Add(IdlePlace, Worker.Loop.Now);
        Stream.ShutdownSend();
        _lingering.Begin(Worker.Loop.Now);
        ArmLinger();
        Drain();
    }

    /// <summary>Sends why the connection is rejected, without waiting for a request, and closes after lingering.</summary>
    public void Reject(FailureReason reason)
    {
        Worker.Counters.Failed(reason);
        LocalResponse.Send(Stream, reason, Worker);
        Finish(linger: true);
    }

    /// <summary>Closes, with a reset if <paramref name="abort"/>, and returns this object to the pool.</summary>
    public void Close(bool abort)
    {
        ReturnExchange();
        _phase = ClientPhase.Idle;
        _idles.Give(IdlePlace);
        Worker.Loop.Wheel.Remove(_deadline);
        CloseStream(abort);
        Worker.Closed(this, _identity.Peer, _isCounted);
    }

    /// <summary>The worker drains: an idle connection closes unless a request has just arrived; one in an exchange closes after it.</summary>
    public void Leave()
    {
        if (_phase == ClientPhase.Idle)
        {
            // Without a request so far: its first may be in flight.
            if (Stream.Peek() != ByteStream.Blocked)
            {
                Stream.Note(Readiness.Readable);
                BeginHead();
            }
            else if (_served)
            {
                Close(abort: false);
            }
            else
            {
                ArmIn(HalfClosedGraceMs);
            }
        }
    }

    /// <summary>
    /// Closes an idle connection in favour of another. False if its next request has just arrived: then it is kept, and counts as idle from now.
    /// </summary>
    public bool Evict()
    {
        if (_phase == ClientPhase.Idle && Stream.Peek() > 0)
        {
            _idles.Remove(IdlePlace);
            _idles.Add(IdlePlace, Worker.Loop.Now);
            return false;
        }
        Close(abort: false);
        return true;
    }

    /// <summary>There is a new snapshot of the pool.</summary>
    public void PoolChanged(PoolSnapshot pool)
    {
        if (_phase == ClientPhase.InExchange)
        {
            _exchange!.PoolChanged(pool);
        }
    }

    /// <summary>The drain timeout has expired: cuts the connection.</summary>
    public void Cut()
    {
        switch (_phase)
        {
            case ClientPhase.ReadingHead:
                AbandonHead(FailureReason.ShuttingDown);
                break;
            case ClientPhase.InExchange:
                _exchange!.Abandon(FailureReason.ShuttingDown);
                break;
            default:
                Close(abort: false);
                break;
        }
    }

    private void BeginHead()
    {
        _idles.Remove(IdlePlace);
        _deadline.Disarm();
        _phase = ClientPhase.ReadingHead;
        _served = true;
        _exchange = Worker.RentExchange();
        ReadHead();
    }

    /// <summary>Receives until the head is complete, and begins its exchange, or until there is no more to receive.</summary>
    private void ReadHead()
    {
        Exchange exchange = _exchange!;
        ref MessageBuffer buffer = ref exchange.Request.Buffer;
        HeadResult result;
        FailureReason reason;
        do
        {
            bool isPartial = _deadline.IsArmed;
            result = Http1RequestReader.Read(Stream, ref buffer, Worker.Slab, isPartial, Worker.HeadLimits, exchange.Head, out reason);
            if (result == HeadResult.Partial && !isPartial)
            {
                ArmIn(Worker.Timeouts.Head);
            }
        }
        while (result == HeadResult.Partial);
        switch (result)
        {
            case HeadResult.Complete:
                BeginExchange(keepsConnection: exchange.Head.KeepAlive && !Worker.IsDraining);
                exchange.Begin(this);
                break;
            case HeadResult.Rejected:
                BeginRejected(reason);
                break;
            case HeadResult.Truncated:
                AbandonHead(FailureReason.ClientClosed);
                break;
            case HeadResult.Closed:
                Close(abort: false);
                break;
            case HeadResult.Blocked when buffer.Unframed == 0:
                BecomeIdle();
                break;
        }
    }

    /// <summary>A head was received in part and will not be received to its end.</summary>
    private void AbandonHead(FailureReason reason)
    {
        Worker.Log.Write(new FailureEvent(reason, Exchange.ReceivingHead, null, 0));
        Worker.Counters.Failed(reason);
        Close(abort: false);
    }

    /// <summary>The head is malformed or late: the exchange only says so.</summary>
    private void BeginRejected(FailureReason reason)
    {
        BeginExchange(keepsConnection: false);
        _exchange!.BeginRejected(this, reason);
    }

    private void BeginExchange(bool keepsConnection)
    {
        _phase = ClientPhase.InExchange;
        _sender.Begin(keepsConnection);
        _identity.Determine(Worker.Trusted);
        if (Stream.PeerClosed)
        {
            ArmIn(HalfClosedGraceMs);
        }
        else
        {
            _deadline.Disarm();
        }
    }

    private void ReturnExchange()
    {
        if (_exchange is { } exchange)
        {
            _exchange = null;
            exchange.Request.Release(Worker);
            Worker.Return(exchange);
        }
    }

    /// <summary>Discards what the client sends. The deadline bounds each pause and the total.</summary>
    private void Drain()
    {
        long before = Stream.BytesIn;
        if (!Lingering.Discard(Stream, Worker.Scratch))
        {
            Close(abort: false);
            return;
        }
        if (Stream.BytesIn != before)
        {
            ArmLinger();
        }
        if (Stream.Readable)
        {
            // More is waiting than is read per tick, and no event reports it.
            ResumeNextTick();
        }
    }

    private void ResumeNextTick()
    {
        if (!_willResume)
        {
            _willResume = true;
            Worker.Loop.ResumeNextTick(this);
        }
    }

    private void ArmLinger() => Worker.Loop.Wheel.Arm(_deadline, _lingering.EndsAt(Worker.Loop.Now));

    private void ArmIn(long milliseconds) => Worker.Loop.Wheel.Arm(_deadline, Worker.Loop.Now + milliseconds);
}
