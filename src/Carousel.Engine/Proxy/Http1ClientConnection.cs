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
internal sealed unsafe class Http1ClientConnection : Connection, IClientStream, IDeadlineOwner, IResumable
{
    /// <summary>
    /// A client that half-closes while it waits may have gone away, or may only have nothing more to send (nc -N): the two look the same. It gets this long
    /// for a response to begin, and more while it takes one. After that the request is abandoned.
    /// </summary>
    public const int HalfClosedGraceMs = 500;

    /// <summary>
    /// How long a client may pause while it still sends after its last response (as nginx's lingering_timeout). A client that is still uploading should read
    /// its 413 before it gets a reset.
    /// </summary>
    public const int LingerPauseMs = 5_000;

    /// <summary>How long it may linger in total (as nginx's lingering_time).</summary>
    public const int LongestLingerMs = 30_000;

    private enum Phase : byte
    {
        Idle,
        /// <summary>A request's head is being received.</summary>
        ReadingHead,
        InExchange,
        /// <summary>
        /// The last response is sent. What is received is discarded, so that the kernel does not reset the connection before the client has read the
        /// response.
        /// </summary>
        Lingering,
    }

    private readonly Deadline _deadline;
    private Exchange? _exchange;
    private long _lingerUntil;
    private Phase _phase;
    private bool _served;
    private bool _isCounted;
    private bool _willResume;
    private ClientIdentity _identity;

    /// <summary>After this exchange the connection is used for the next.</summary>
    private bool _keeps;

    /// <summary>The client takes the connection's end for the body's end: a truncated body must end with a reset.</summary>
    private bool _endsWithClose;

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
        _phase = Phase.Idle;
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
        switch (_phase)
        {
            case Phase.Idle:
                if (Stream.Readable)
                {
                    BeginHead();
                }
                break;
            case Phase.ReadingHead:
                ReadHead();
                break;
            case Phase.InExchange:
                if (Stream.PeerClosed && peerWasOpen)
                {
                    ArmIn(HalfClosedGraceMs);
                }
                _exchange!.Advance();
                break;
            case Phase.Lingering when !_willResume:
                Drain();
                break;
        }
    }

    public void OnDeadline(Deadline deadline)
    {
        switch (_phase)
        {
            case Phase.ReadingHead:
                BeginRejected(FailureReason.HeadTimeout);
                break;
            case Phase.InExchange:
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

    public void Resume()
    {
        _willResume = false;
        if (_phase == Phase.Lingering && IsOpen)
        {
            Drain();
        }
        else if (_phase == Phase.ReadingHead)
        {
            ReadHead();
        }
    }

    public ref readonly ClientIdentity Identity => ref _identity;

    public ReadOnlySpan<byte> LocalAuthority => Worker.LocalAuthority(Fd);

    ByteStream IClientStream.Bytes => Stream;

    public bool SendInterim(ResponseHead head, ref MessageBuffer response)
    {
        // RFC 9110 section 15.2: interim responses are not sent to a 1.0 client.
        if (_exchange!.Head.IsHttp10)
        {
            return false;
        }
        Place(head, ConnectionDirective.None, BodyRecoding.None, ref response);
        return true;
    }

    public void SwitchProtocols(ResponseHead head, ref BodyRelay response)
    {
        _keeps = false;
        Place(head, ConnectionDirective.Upgrade, BodyRecoding.None, ref response.Buffer);
        response.Framing.Begin(BodyKind.UntilClose, 0, BodyRecoding.None);
    }

    public void SendHead(ResponseHead head, bool isRequestRead, ref BodyRelay response)
    {
        bool isHttp10 = _exchange!.Head.IsHttp10;
        BodyRecoding recoding = head.Body switch
        {
            BodyKind.Chunked when isHttp10 => BodyRecoding.Dechunk,
            BodyKind.UntilClose when !isHttp10 => BodyRecoding.Chunk,
            _ => BodyRecoding.None,
        };
        _endsWithClose = isHttp10 && head.Body is BodyKind.Chunked or BodyKind.UntilClose && recoding != BodyRecoding.Chunk;
        // If the request's body is not read to its end, the client must be told now.
        _keeps &= isRequestRead && !_endsWithClose && !Worker.IsDraining;
        ConnectionDirective directive = !_keeps ? ConnectionDirective.Close : isHttp10 ? ConnectionDirective.KeepAlive : ConnectionDirective.None;
        Place(head, directive, recoding, ref response.Buffer);
        response.Framing.Begin(head.Body, head.ContentLength, recoding);
    }

    public void SendLocal(FailureReason reason, bool isRequestRead, ReadOnlySpan<byte> requestId, ref MessageBuffer response)
    {
        RequestHead head = _exchange!.Head;
        _keeps &= isRequestRead && !head.IsHttp10 && !Worker.IsDraining;
        LocalResponse.Write(ref response, reason, head.Method == RequestMethod.Head, _keeps, Worker.Date, requestId);
    }

    public void RefuseRest() => _keeps = false;

    public void Complete(bool isRequestRead)
    {
        int unparsed = _exchange!.Request.Buffer.Unframed;
        if (!_keeps)
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
            _phase = Phase.ReadingHead;
            _deadline.Disarm();
            ResumeNextTick();
        }
    }

    public void Abort() => Close(abort: _endsWithClose);

    /// <summary>Encodes the head in front of the body bytes received so far.</summary>
    private static void Place(ResponseHead head, ConnectionDirective directive, BodyRecoding recoding, ref MessageBuffer response)
    {
        int length = Http1ResponseEncoder.Collect(head, directive, recoding);
        Http1Encoder.Write(head, response.PlaceHead(length));
    }

    /// <summary>There is nothing to receive, and the connection stays open.</summary>
    private void BecomeIdle()
    {
        ReturnExchange();
        _phase = Phase.Idle;
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
        _phase = Phase.Lingering;
        _idles.Add(IdlePlace, Worker.Loop.Now);
        Stream.ShutdownSend();
        _lingerUntil = Worker.Loop.Now + LongestLingerMs;
        ArmLinger();
        Drain();
    }

    /// <summary>Sends why the connection is rejected, without waiting for a request, and closes after lingering.</summary>
    public void Reject(FailureReason reason)
    {
        var response = default(BodyRelay);
        response.Buffer.Acquire(Worker.Slab);
        LocalResponse.Write(ref response.Buffer, reason, isHead: false, keepAlive: false, Worker.Date, requestId: default);
        Worker.Counters.Failed(reason);
        response.SendPending(Stream);
        response.Release(Worker);
        Finish(linger: true);
    }

    /// <summary>Closes, with a reset if <paramref name="abort"/>, and returns this object to the pool.</summary>
    public void Close(bool abort)
    {
        ReturnExchange();
        _phase = Phase.Idle;
        _idles.Give(IdlePlace);
        Worker.Loop.Wheel.Remove(_deadline);
        CloseStream(abort);
        Worker.Closed(this, _identity.Peer, _isCounted);
    }

    /// <summary>The worker drains: an idle connection closes unless a request has just arrived; one in an exchange closes after it.</summary>
    public void Leave()
    {
        if (_phase == Phase.Idle)
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
        if (_phase == Phase.Idle && Stream.Peek() > 0)
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
        if (_phase == Phase.InExchange)
        {
            _exchange!.PoolChanged(pool);
        }
    }

    /// <summary>The drain timeout has expired: cuts the connection.</summary>
    public void Cut()
    {
        switch (_phase)
        {
            case Phase.ReadingHead:
                AbandonHead(FailureReason.ShuttingDown);
                break;
            case Phase.InExchange:
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
        _phase = Phase.ReadingHead;
        _served = true;
        _exchange = Worker.RentExchange();
        ReadHead();
    }

    /// <summary>Receives and parses until the head is complete, and begins its exchange, or until there is no more to receive.</summary>
    private void ReadHead()
    {
        Exchange exchange = _exchange!;
        ref MessageBuffer buffer = ref exchange.Request.Buffer;
        while (true)
        {
            bool isPartial = _deadline.IsArmed;
            if (isPartial || buffer.Unframed == 0)
            {
                int had = buffer.End;
                if (!TryReceive(ref buffer))
                {
                    return;
                }
                // A head that arrives in small pieces is parsed once a line, not once a byte.
                if (isPartial && buffer.Free > 0 && !HasLineEnd(buffer, had))
                {
                    continue;
                }
            }
            switch (RequestParser.Parse(buffer.UnframedBytes, Worker.HeadLimits, exchange.Head, out FailureReason reason))
            {
                case ParseStatus.Complete:
                    buffer.DropHead(exchange.Head.Length);
                    _keeps = exchange.Head.KeepAlive && !Worker.IsDraining;
                    BeginExchange();
                    exchange.Begin(this);
                    return;
                case ParseStatus.Rejected:
                    BeginRejected(reason);
                    return;
            }
            if (!isPartial)
            {
                buffer.Compact();
                ArmIn(Worker.Timeouts.Head);
            }
        }
    }

    /// <summary>Receives more of a head; false if there is no more now, or if the client has closed.</summary>
    private bool TryReceive(ref MessageBuffer buffer)
    {
        if (buffer.Unframed == 0 && Stream.Readable)
        {
            buffer.Acquire(Worker.Slab);
            buffer.Compact();
        }
        int received = Stream.Readable ? Stream.Receive(buffer.Base + buffer.End, buffer.Free) : ByteStream.Blocked;
        if (received > 0)
        {
            buffer.End += received;
            return true;
        }
        if (received == ByteStream.Blocked)
        {
            if (buffer.Unframed == 0)
            {
                BecomeIdle();
            }
        }
        else if (buffer.Unframed == 0)
        {
            // Between requests this is the normal end of a connection.
            Close(abort: false);
        }
        else
        {
            AbandonHead(FailureReason.ClientClosed);
        }
        return false;
    }

    private static bool HasLineEnd(in MessageBuffer buffer, int from) =>
        new ReadOnlySpan<byte>(buffer.Base + from, buffer.End - from).Contains((byte)'\n');

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
        _keeps = false;
        BeginExchange();
        _exchange!.BeginRejected(this, reason);
    }

    private void BeginExchange()
    {
        _phase = Phase.InExchange;
        _endsWithClose = false;
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

    /// <summary>Discards what the client sends, a bounded amount per tick. The deadline bounds each pause and the total.</summary>
    private void Drain()
    {
        const int maxReads = 16;
        long before = Stream.BytesIn;
        Span<byte> scratch = Worker.Scratch;
        fixed (byte* to = scratch)
        {
            for (int i = 0; i < maxReads && Stream.Readable; i++)
            {
                if (Stream.Receive(to, scratch.Length) is ByteStream.Ended or ByteStream.Cut)
                {
                    Close(abort: false);
                    return;
                }
            }
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

    private void ArmLinger() => Worker.Loop.Wheel.Arm(_deadline, Math.Min(Worker.Loop.Now + LingerPauseMs, _lingerUntil));

    private void ArmIn(long milliseconds) => Worker.Loop.Wheel.Arm(_deadline, Worker.Loop.Now + milliseconds);
}
