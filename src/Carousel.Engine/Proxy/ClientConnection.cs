using System.Runtime.CompilerServices;
using Carousel.Core.Net;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>A connection to a client. Idle, it holds no buffer and no exchange. Pooled; its own worker's thread only.</summary>
internal sealed unsafe class ClientConnection : Connection, IDeadlineOwner, IResumable
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
    private byte _textLength;
    private TextOfAddress _text;
    private SockAddr _peer;

    /// <summary>The list that it is in while it may be evicted.</summary>
    private ClientList _idles;

    public ClientConnection(Worker worker)
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
        _peer = peer;
        _isCounted = isCounted;
        _textLength = 0;
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
                    BeginExchange();
                }
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
        if (_phase == Phase.InExchange)
        {
            long leftMs = _exchange!.AbandonUnlessTaking(HalfClosedGraceMs);
            if (leftMs > 0)
            {
                ArmIn(leftMs);
            }
        }
        else
        {
            Close(abort: false);
        }
    }

    public void Resume()
    {
        _willResume = false;
        if (_phase == Phase.Lingering && IsOpen)
        {
            Drain();
        }
    }

    /// <summary>The client's address and port.</summary>
    public ref readonly SockAddr Peer => ref _peer;

    /// <summary>The client's address, as forwarded to servers. Valid after <see cref="Identify"/>, as are the next two.</summary>
    public ClientAddress Address { get; private set; }

    /// <summary><see cref="Address"/> as text.</summary>
    public ReadOnlySpan<byte> AddressText => ((ReadOnlySpan<byte>)_text)[.._textLength];

    /// <summary>The peer is a trusted proxy (<c>--trusted-proxy</c>).</summary>
    public bool IsTrusted { get; private set; }

    /// <summary>Determines the client's address, at its first request.</summary>
    public void Identify()
    {
        if (_textLength == 0)
        {
            Address = ClientAddress.From(_peer.AddressBytes);
            _textLength = (byte)Address.Format(_text);
            IsTrusted = Worker.Trusted.Contains(Address);
        }
    }

    /// <summary>The exchange is over and the connection stays open.</summary>
    public void BecomeIdle()
    {
        _exchange = null;
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
    public void Finish(bool linger)
    {
        _exchange = null;
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
        _exchange = null;
        _idles.Give(IdlePlace);
        Worker.Loop.Wheel.Remove(_deadline);
        CloseStream(abort);
        Worker.Closed(this, _peer, _isCounted);
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
                BeginExchange();
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
        if (_phase == Phase.InExchange)
        {
            _exchange!.Abandon(FailureReason.ShuttingDown);
        }
        else
        {
            Close(abort: false);
        }
    }

    private void BeginExchange()
    {
        _idles.Remove(IdlePlace);
        _deadline.Disarm();
        _phase = Phase.InExchange;
        _served = true;
        if (Stream.PeerClosed)
        {
            ArmIn(HalfClosedGraceMs);
        }
        _exchange = Worker.RentExchange();
        _exchange.Begin(this);
        _exchange.Advance();
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
        if (Stream.Readable && !_willResume)
        {
            // More is waiting than is read per tick, and no event reports it.
            _willResume = true;
            Worker.Loop.ResumeNextTick(this);
        }
    }

    private void ArmLinger() => Worker.Loop.Wheel.Arm(_deadline, Math.Min(Worker.Loop.Now + LingerPauseMs, _lingerUntil));

    private void ArmIn(long milliseconds) => Worker.Loop.Wheel.Arm(_deadline, Worker.Loop.Now + milliseconds);

    [InlineArray(ClientAddress.MaxText)]
    private struct TextOfAddress
    {
        private byte _first;
    }
}
