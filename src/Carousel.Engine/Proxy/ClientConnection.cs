using System.Runtime.CompilerServices;
using Carousel.Core.Net;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>A connection to a client. Idle, it holds no buffer and no exchange. Pooled; its own worker's thread only.</summary>
internal sealed unsafe class ClientConnection : Connection, IDeadlineOwner, IResumable
{
    /// <summary>
    /// A client that sends its end while it waits may have left, or only have nothing more to say (nc -N): it looks the same. It gets this long to be
    /// answered, and goes on as long as it takes its answer; then the server is spared the rest.
    /// </summary>
    public const int HalfClosedGraceMs = 500;

    /// <summary>
    /// How long a client may pause while it goes on sending what nobody reads, after its answer (as nginx's lingering_timeout): one that still uploads is to
    /// read its 413 before it meets a reset.
    /// </summary>
    public const int LingerPauseMs = 5_000;

    /// <summary>How long it may do so in all (as nginx's lingering_time).</summary>
    public const int LongestLingerMs = 30_000;

    private enum Phase : byte
    {
        Idle,
        InExchange,
        /// <summary>All is said; what still comes is thrown away, so that the kernel does not reset the connection under our last answer.</summary>
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

    /// <summary>Where it is when it may be closed in another's favour.</summary>
    private IdleList _idles;

    public ClientConnection(Worker worker)
        : base(worker)
    {
        _deadline = new Deadline(this);
        _idles = worker.Idle;
    }

    /// <summary>Its place in the worker's <see cref="Worker.Idle"/> or <see cref="Worker.Rejected"/>, while it is open.</summary>
    public int IdlePlace { get; private set; }

    /// <summary>Takes over an accepted descriptor; false if the kernel would not have it watched.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="peer">Where the client is.</param>
    /// <param name="isCounted">It counts towards the limits; one that is turned away does not.</param>
    public bool Accept(int fd, in SockAddr peer, bool isCounted)
    {
        _peer = peer;
        _isCounted = isCounted;
        _textLength = 0;
        _served = false;
        BytesIn = BytesOut = 0;
        _phase = Phase.Idle;
        if (Open(fd, writable: true) < 0)
        {
            return false;
        }
        ArmIn(Worker.Timeouts.Idle);
        _idles = isCounted ? Worker.Idle : Worker.Rejected;
        IdlePlace = _idles.Take(this);
        if (isCounted)
        {
            _idles.Add(IdlePlace, Worker.Loop.Now);
        }
        return true;
    }

    public override void OnEvents(Readiness readiness)
    {
        bool peerWasOpen = !PeerClosed;
        Note(readiness);
        switch (_phase)
        {
            case Phase.Idle:
                if (Readable)
                {
                    BeginExchange();
                }
                break;
            case Phase.InExchange:
                if (PeerClosed && peerWasOpen)
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

    /// <summary>Where the client is.</summary>
    public ref readonly SockAddr Peer => ref _peer;

    /// <summary>Where the client is, as servers are told it. Once <see cref="Identify"/> was called, as the two that follow.</summary>
    public ClientAddress Address { get; private set; }

    /// <summary>The same as text.</summary>
    public ReadOnlySpan<byte> AddressText => ((ReadOnlySpan<byte>)_text)[.._textLength];

    /// <summary>It is a proxy that is believed (<c>--trusted-proxy</c>).</summary>
    public bool IsTrusted { get; private set; }

    /// <summary>Finds out who the client is, at its first request.</summary>
    public void Identify()
    {
        if (_textLength == 0)
        {
            Address = ClientAddress.From(_peer.AddressBytes);
            _textLength = (byte)Address.Format(_text);
            IsTrusted = Worker.Trusted.Contains(Address);
        }
    }

    /// <summary>The exchange is over and the connection stays.</summary>
    public void BecomeIdle()
    {
        _exchange = null;
        _phase = Phase.Idle;
        if (PeerClosed || (Worker.IsDraining && _served))
        {
            Close(abort: false);
            return;
        }
        ArmIn(Worker.Timeouts.Idle);
        _idles.Add(IdlePlace, Worker.Loop.Now);
    }

    /// <summary>The last answer is sent: closes, at once or after the client has had its say.</summary>
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
        ShutdownSend();
        _lingerUntil = Worker.Loop.Now + LongestLingerMs;
        ArmLinger();
        Drain();
    }

    /// <summary>Says why there is no place for it, without waiting for its request, and closes after it has had its say.</summary>
    public void Reject(FailureReason reason)
    {
        var buffer = default(MessageBuffer);
        buffer.Acquire(Worker.Slab);
        LocalResponse.Write(ref buffer, reason, isHead: false, keepAlive: false, Worker.Date, requestId: default);
        Worker.Counters.Failed(reason);
        Send(buffer.Base + buffer.Start, buffer.Pending);
        buffer.Release(Worker.Slab);
        Finish(linger: true);
    }

    /// <summary>Closes, with a reset if <paramref name="abort"/>. This object is free for another connection.</summary>
    public void Close(bool abort)
    {
        _exchange = null;
        _idles.Give(IdlePlace);
        Worker.Loop.Wheel.Remove(_deadline);
        CloseDescriptor(abort);
        Worker.Closed(this, _peer, _isCounted);
    }

    /// <summary>The worker is leaving: an idle connection closes unless a request has just arrived; one in an exchange closes after it.</summary>
    public void Leave()
    {
        if (_phase == Phase.Idle)
        {
            // Never used: its first request is on its way.
            if (Worker.Transport.Peek(Fd) != -Errno.EAGAIN)
            {
                Note(Readiness.Readable);
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
    /// It is idle, and another needs its place. False if its next request has just arrived: it keeps its place, and is as if it had only now become idle.
    /// </summary>
    public bool Evict()
    {
        if (_phase == Phase.Idle && Worker.Transport.Peek(Fd) > 0)
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

    /// <summary>The worker's time is over.</summary>
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
        if (PeerClosed)
        {
            ArmIn(HalfClosedGraceMs);
        }
        _exchange = Worker.RentExchange();
        _exchange.Begin(this);
        _exchange.Advance();
    }

    /// <summary>Throws away what the client sends, a bounded amount a turn; the deadline bounds its pauses, and the whole.</summary>
    private void Drain()
    {
        const int maxReads = 16;
        long before = BytesIn;
        Span<byte> scratch = Worker.Scratch;
        fixed (byte* to = scratch)
        {
            for (int i = 0; i < maxReads && Readable; i++)
            {
                int received = Receive(to, scratch.Length);
                if (received == 0 || (received < 0 && received != -Errno.EAGAIN))
                {
                    Close(abort: false);
                    return;
                }
            }
        }
        if (BytesIn != before)
        {
            ArmLinger();
        }
        if (Readable && !_willResume)
        {
            // More than a turn's share is waiting, and gets no event of its own.
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
