using Carousel.Engine.Linux;

namespace Carousel.Engine.Sockets;

/// <summary>
/// The bytes of one connection. The descriptor below may carry them as they are or in records of another protocol (TLS). Never blocks. Owned by its connection
/// and reused with it: <see cref="Open"/> after <see cref="Close"/>. Its own worker's thread only.
/// <para>
/// The descriptor is registered once, edge-triggered, for both directions, and each event is passed to <see cref="Note"/>. A direction is <i>ready</i>
/// (<see cref="Readable"/>, <see cref="Writable"/>) until a call finds that nothing more can be had without an event. While it is ready, the caller must either
/// call again or keep in mind that it has to: no event will announce what is there already, for example the rest of a record. Once a direction is not ready, an
/// event will make it so.
/// </para>
/// <para>Receive, send, splice and peek return a positive number of bytes, or <see cref="Ended"/>, <see cref="Blocked"/> or <see cref="Cut"/>.</para>
/// </summary>
internal abstract unsafe class ByteStream
{
    /// <summary>The peer's regular end: all that it sent was received.</summary>
    public const int Ended = 0;

    /// <summary>Nothing moved, and the direction is not ready until an event.</summary>
    public const int Blocked = -1;

    /// <summary>
    /// The connection failed, or ended in a way that may hide a truncation (TLS without close_notify). What was received is not known to be all.
    /// </summary>
    public const int Cut = -2;

    /// <summary>Bytes received and sent since the owner last set this to 0, without those of the protocol below.</summary>
    public long BytesIn, BytesOut;

    /// <summary>Bytes, or the peer's end, may be waiting: at the descriptor, or already in this object.</summary>
    public bool Readable { get; private set; }

    /// <summary>Bytes may be taken.</summary>
    public bool Writable { get; private set; }

    /// <summary>The peer has half-closed or reset the connection; earlier bytes may still be waiting.</summary>
    public bool PeerClosed { get; private set; }

    /// <summary>The descriptor; of no meaning while closed.</summary>
    protected int Fd { get; private set; }

    /// <summary>The event that makes a blocked receive ready. Writable if the protocol below must send before it can receive.</summary>
    protected Readiness ReceiveWants { get; set; }

    /// <summary>The event that makes a blocked send ready. Readable if the protocol below must receive before it can send.</summary>
    protected Readiness SendWants { get; set; }

    /// <summary>Takes over a descriptor.</summary>
    /// <param name="fd">The descriptor of a connection.</param>
    /// <param name="isConnected">False while it is connecting: it becomes writable when that is decided.</param>
    public void Open(int fd, bool isConnected)
    {
        Fd = fd;
        Readable = PeerClosed = false;
        Writable = isConnected;
        ReceiveWants = Readiness.Readable;
        SendWants = Readiness.Writable;
        BytesIn = BytesOut = 0;
    }

    /// <summary>Records what epoll reported. An end or an error sets both directions ready, so that the next call returns it.</summary>
    public void Note(Readiness readiness)
    {
        const Readiness ended = Readiness.Error | Readiness.HangUp;
        Readable |= (readiness & (ReceiveWants | Readiness.PeerClosed | ended)) != 0;
        Writable |= (readiness & (SendWants | ended)) != 0;
        PeerClosed |= (readiness & (Readiness.PeerClosed | ended)) != 0;
    }

    /// <summary>Receives up to <paramref name="count"/> bytes. Afterwards, <see cref="Readable"/> tells whether more can be had without an event.</summary>
    public abstract int Receive(byte* to, int count);

    /// <summary>
    /// Sends up to <paramref name="count"/> bytes; never returns 0. After a partial send, <see cref="Writable"/> tells whether more is taken without an event.
    /// After <see cref="Blocked"/>, the next send must begin with the same bytes, which may be at another address.
    /// </summary>
    public abstract int Send(byte* from, int count);

    /// <summary>Checks what a receive would return, without taking bytes. Counts bytes that are already in this object. May be a system call.</summary>
    public abstract int Peek();

    /// <summary>True if nothing is waiting to be received. Costs a peek only while <see cref="Readable"/>.</summary>
    public bool IsSilent()
    {
        Readable = Readable && Peek() != Blocked;
        return !Readable;
    }

    /// <summary>
    /// The descriptor's bytes are the stream's, and none is in this object: they may bypass user space. May change; the splice calls are allowed only while true.
    /// </summary>
    public abstract bool CanSplice { get; }

    /// <summary>Moves up to <paramref name="count"/> bytes from the stream to the pipe.</summary>
    public abstract int SpliceInto(Pipe pipe, int count);

    /// <summary>Moves up to <paramref name="count"/> bytes from the pipe to the stream.</summary>
    public abstract int SpliceFrom(Pipe pipe, int count);

    /// <summary>
    /// Returns the bytes that the kernel accepts for this connection before its buffer is full, including some percent of its own overhead.
    /// It accepts more as the peer receives. 0 if unknown. A system call.
    /// </summary>
    public abstract int SendRoom();

    /// <summary>Bytes of <see cref="BytesOut"/> that the peer has acknowledged; where the kernel counts other bytes, about that. A system call.</summary>
    public long BytesTaken() => BytesOut - Unacknowledged();

    /// <summary>Ends the sending side; the peer may still send.</summary>
    public abstract void ShutdownSend();

    /// <summary>Closes the descriptor.</summary>
    public void Close()
    {
        Readable = Writable = PeerClosed = false;
        CloseDescriptor(abort: false);
    }

    /// <summary>Closes with a reset, so that the peer cannot take the end of the bytes for the end of the message.</summary>
    public void Abort()
    {
        Readable = Writable = PeerClosed = false;
        CloseDescriptor(abort: true);
    }

    /// <summary>Returns the bytes sent but not acknowledged by the peer; 0 if unknown.</summary>
    protected abstract int Unacknowledged();

    /// <summary>Closes the descriptor, with a reset if <paramref name="abort"/>.</summary>
    protected abstract void CloseDescriptor(bool abort);

    /// <summary>Accounts for the result of a receive, and returns it.</summary>
    /// <param name="result">The call's result.</param>
    /// <param name="isDrained">Nothing more can be had without an event.</param>
    protected int Received(int result, bool isDrained)
    {
        BytesIn += Math.Max(0, result);
        // Epoll reports later bytes; but an end that was already reported is not reported again.
        if (isDrained && !(PeerClosed && result > 0))
        {
            Readable = false;
        }
        return result;
    }

    /// <summary>Accounts for the result of a send, and returns it.</summary>
    /// <param name="result">The call's result.</param>
    /// <param name="isFull">Nothing more is taken without an event.</param>
    protected int Sent(int result, bool isFull)
    {
        BytesOut += Math.Max(0, result);
        if (isFull)
        {
            Writable = false;
        }
        return result;
    }
}
