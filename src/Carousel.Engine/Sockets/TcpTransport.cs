using Carousel.Engine.Linux;

namespace Carousel.Engine.Sockets;

/// <summary>Plain TCP: each call is one system call.</summary>
internal sealed unsafe class TcpTransport : Transport
{
    private const int Stream = 1, Datagram = 2, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int Socket = 1, SocketError = 4, Linger = 13, Tcp = 6, NoDelay = 1;
    /// <summary>
    /// SO_MEMINFO (since Linux 4.12) returns nine numbers; these are the limit of bytes queued for sending and the bytes queued.
    /// </summary>
    private const int MemInfo = 55, MemInfoCount = 9, SendBuffer = 3, SendQueued = 5;
    private const int PeekOnly = 0x02, NoSignal = 0x4000;
    private const uint SpliceMove = 1, SpliceNonBlocking = 2;
    private const int SendSide = 1;
    private const nuint OutQueue = 0x5411;

    public override int Receive(int fd, byte* to, int count) => Libc.OrErrno(Libc.recv(fd, to, count, 0));

    public override int Send(int fd, byte* from, int count) => Libc.OrErrno(Libc.send(fd, from, count, NoSignal));

    /// <summary>Never with SPLICE_F_MORE: it is not known whether more follows, and a small last part must not be delayed.</summary>
    public override int Splice(int from, int to, int count)
    {
        nint moved = Libc.splice(from, null, to, null, count, SpliceMove | SpliceNonBlocking);
        return moved >= 0 ? (int)moved : -System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
    }

    public override int SendRoom(int fd)
    {
        uint* info = stackalloc uint[MemInfoCount];
        int length = MemInfoCount * sizeof(uint);
        bool isKnown = Libc.getsockopt(fd, Socket, MemInfo, info, &length) == 0 && length > SendQueued * sizeof(uint);
        return isKnown ? (int)Math.Max(0, (long)info[SendBuffer] - info[SendQueued]) : 0;
    }

    public override int Peek(int fd)
    {
        byte one;
        return Libc.OrErrno(Libc.recv(fd, &one, 1, PeekOnly));
    }

    public override int Unacknowledged(int fd)
    {
        int bytes = 0;
        return Libc.ioctl(fd, OutQueue, &bytes) < 0 ? 0 : bytes;
    }

    public override int Connect(in SockAddr to, out int fd)
    {
        fd = Libc.OrErrno(Libc.socket(to.Family, Stream | NonBlocking | CloseOnExec, 0));
        if (fd < 0)
        {
            return fd;
        }
        int one = 1;
        Libc.setsockopt(fd, Tcp, NoDelay, &one, sizeof(int));
        SockAddr address = to;
        int result = Libc.OrErrno(Libc.connect(fd, &address, address.Length));
        if (result < 0 && result != -Errno.EINPROGRESS)
        {
            Libc.close(fd);
            fd = -1;
        }
        return result == -Errno.EADDRNOTAVAIL && !HasRoute(address) ? -Errno.ENETUNREACH : result;
    }

    /// <summary>
    /// Returns whether this host has a route and a source address to the destination. connect(2) returns EADDRNOTAVAIL both if all ports
    /// are in use and, for IPv6, if there is no source address. A datagram socket needs the same address, sends nothing, and has its own
    /// ports.
    /// </summary>
    private static bool HasRoute(SockAddr to)
    {
        int fd = Libc.socket(to.Family, Datagram | CloseOnExec, 0);
        if (fd < 0)
        {
            return true;
        }
        int result = Libc.OrErrno(Libc.connect(fd, &to, to.Length));
        Libc.close(fd);
        // EAGAIN: those ports are in use as well.
        return result is 0 or -Errno.EAGAIN;
    }

    public override int ConnectResult(int fd)
    {
        int error = 0, length = sizeof(int);
        int result = Libc.OrErrno(Libc.getsockopt(fd, Socket, SocketError, &error, &length));
        return result < 0 ? result : -error;
    }

    /// <summary>TCP_NODELAY is inherited from the listener, so an accepted connection costs one call.</summary>
    public override int Accept(int listener, out SockAddr peer)
    {
        SockAddr address;
        int length = SockAddr.Capacity;
        int fd = Libc.OrErrno(Libc.accept4(listener, &address, &length, NonBlocking | CloseOnExec));
        peer = address;
        return fd;
    }

    public override SockAddr LocalAddress(int fd)
    {
        SockAddr address = default;
        int length = SockAddr.Capacity;
        Libc.getsockname(fd, &address, &length);
        return address;
    }

    public override void ShutdownSend(int fd) => Libc.shutdown(fd, SendSide);

    public override void Close(int fd) => Libc.close(fd);

    public override void Abort(int fd)
    {
        int* lingerZero = stackalloc int[2] { 1, 0 };
        Libc.setsockopt(fd, Socket, Linger, lingerZero, 2 * sizeof(int));
        Libc.close(fd);
    }
}
