using Carousel.Engine.Linux;

namespace Carousel.Engine.Sockets;

/// <summary>TCP over IPv4 and IPv6.</summary>
internal sealed unsafe class TcpTransport : Transport
{
    private const int Stream = 1, Datagram = 2, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int Socket = 1, SocketError = 4, Tcp = 6, NoDelay = 1;

    public override ByteStream CreateStream() => new TcpStream();

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
}
