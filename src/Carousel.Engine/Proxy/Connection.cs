using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A TCP connection of a worker, to a client or to a server: its descriptor and its readiness. Registered once, edge-triggered, so a readiness bit stays set
/// until a call finds no more (EAGAIN, or fewer bytes than requested).
/// </summary>
internal abstract unsafe class Connection(Worker worker) : EventTarget
{
    protected Worker Worker { get; } = worker;

    /// <summary>Bytes, or the peer's end, may be waiting.</summary>
    public bool Readable { get; private set; }

    /// <summary>The kernel may take bytes to send.</summary>
    public bool Writable { get; private set; }

    /// <summary>The peer has half-closed or reset the connection; earlier bytes may still be waiting.</summary>
    public bool PeerClosed { get; private set; }

    public bool IsOpen => Fd >= 0;

    /// <summary>Bytes received and sent since the owner last set this to 0.</summary>
    public long BytesIn, BytesOut;

    /// <summary>Takes over a descriptor and registers it with epoll; 0, or the negated errno with the descriptor closed.</summary>
    protected int Open(int fd, bool writable)
    {
        Fd = fd;
        Readable = PeerClosed = false;
        Writable = writable;
        int result = Worker.Loop.Watch(this);
        if (result < 0)
        {
            Worker.Transport.Close(fd);
            Fd = -1;
        }
        return result;
    }

    /// <summary>Records what epoll reported. An error sets both directions ready, so that the next call returns it.</summary>
    protected void Note(Readiness readiness)
    {
        const Readiness ended = Readiness.Error | Readiness.HangUp;
        Readable |= (readiness & (Readiness.Readable | Readiness.PeerClosed | ended)) != 0;
        Writable |= (readiness & (Readiness.Writable | ended)) != 0;
        PeerClosed |= (readiness & (Readiness.PeerClosed | ended)) != 0;
    }

    /// <inheritdoc cref="Sockets.Transport.Receive"/>
    public int Receive(byte* to, int count)
    {
        int received = Worker.Transport.Receive(Fd, to, count);
        BytesIn += Math.Max(0, received);
        // A short read means that nothing is left, and epoll reports later bytes; but an end that was already reported is not reported again.
        if (received < count && !(PeerClosed && received > 0))
        {
            Readable = false;
        }
        return received;
    }

    /// <summary>True if nothing is waiting to be received. Costs a system call only if the last receive filled its whole buffer.</summary>
    public bool IsSilent()
    {
        Readable = Readable && Worker.Transport.Peek(Fd) != -Errno.EAGAIN;
        return !Readable;
    }

    /// <inheritdoc cref="Sockets.Transport.Send"/>
    public int Send(byte* from, int count)
    {
        int sent = Worker.Transport.Send(Fd, from, count);
        BytesOut += Math.Max(0, sent);
        if (sent < count)
        {
            Writable = false;
        }
        return sent;
    }

    /// <summary>Socket to pipe. A short count does not mean that the socket is empty: a pipe counts pages, not bytes.</summary>
    public int SpliceInto(Pipe pipe, int count)
    {
        int moved = Worker.Transport.Splice(Fd, pipe.WriteEnd, count);
        BytesIn += Math.Max(0, moved);
        if (moved <= 0)
        {
            Readable = false;
        }
        return moved;
    }

    /// <summary>Pipe to socket.</summary>
    public int SpliceFrom(Pipe pipe, int count)
    {
        int moved = Worker.Transport.Splice(pipe.ReadEnd, Fd, count);
        BytesOut += Math.Max(0, moved);
        if (moved < count)
        {
            Writable = false;
        }
        return moved;
    }

    /// <summary>Bytes of <see cref="BytesOut"/> that the peer has acknowledged. A system call.</summary>
    public long BytesTaken() => BytesOut - Worker.Transport.Unacknowledged(Fd);

    /// <inheritdoc cref="Sockets.Transport.SendRoom"/>
    public int SendRoom() => Writable ? Worker.Transport.SendRoom(Fd) : 0;

    /// <inheritdoc cref="Sockets.Transport.ShutdownSend"/>
    public void ShutdownSend() => Worker.Transport.ShutdownSend(Fd);

    /// <summary>Closes the descriptor, once; with a reset if <paramref name="abort"/>.</summary>
    protected void CloseDescriptor(bool abort)
    {
        Worker.Loop.Release(this);
        if (abort)
        {
            Worker.Transport.Abort(Fd);
        }
        else
        {
            Worker.Transport.Close(Fd);
        }
        Fd = -1;
        Readable = Writable = PeerClosed = false;
    }
}
