using System.Net;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>A listening socket. Owns its descriptor; shared by all workers.</summary>
internal sealed unsafe class ListenSocket : IDisposable
{
    /// <summary>Connections that the kernel may complete before they are accepted; it limits this by net.core.somaxconn (4096 by default).</summary>
    public const int Backlog = 4096;

    private const int Stream = 1, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int Socket = 1, ReuseAddress = 2, Tcp = 6, NoDelay = 1, IPv6 = 41, OnlyIPv6 = 26;

    private ListenSocket(int fd, int port)
    {
        Fd = fd;
        Port = port;
    }

    public int Fd { get; }

    public int Port { get; }

    /// <summary>Listens on these addresses, or on all IPv6 and IPv4 addresses of this machine if there are none.</summary>
    /// <exception cref="EngineStartException">It can't; the message names the reason and a remedy.</exception>
    public static ListenSocket[] Open(IReadOnlyList<IPAddress> addresses, int port)
    {
        if (addresses.Count == 0)
        {
            int fd = TryOpen(IPAddress.IPv6Any, port, out ListenSocket? any);
            if (fd == -Errno.EAFNOSUPPORT || fd == -Errno.EADDRNOTAVAIL)
            {
                fd = TryOpen(IPAddress.Any, port, out any); // A machine without IPv6.
            }
            return any is not null ? [any] : throw Explain(-fd, "any address", port);
        }
        var opened = new List<ListenSocket>();
        foreach (IPAddress address in addresses)
        {
            // With port 0 the kernel chooses the port for the first address, and the others use the same.
            int result = TryOpen(address, opened.Count > 0 ? opened[0].Port : port, out ListenSocket? socket);
            if (socket is null)
            {
                opened.ForEach(other => other.Dispose());
                throw Explain(-result, address.ToString(), port);
            }
            opened.Add(socket);
        }
        return [.. opened];
    }

    public void Dispose() => Libc.close(Fd);

    private static int TryOpen(IPAddress at, int port, out ListenSocket? socket)
    {
        socket = null;
        SockAddr address = SockAddr.From(at, port);
        int fd = Libc.OrErrno(Libc.socket(address.Family, Stream | NonBlocking | CloseOnExec, 0));
        if (fd < 0)
        {
            return fd;
        }
        int one = 1, zero = 0;
        Libc.setsockopt(fd, Socket, ReuseAddress, &one, sizeof(int));
        Libc.setsockopt(fd, Tcp, NoDelay, &one, sizeof(int)); // Inherited by accepted sockets.
        if (address.Family == SockAddr.Inet6 && at.Equals(IPAddress.IPv6Any))
        {
            Libc.setsockopt(fd, IPv6, OnlyIPv6, &zero, sizeof(int));
        }
        int result = Libc.OrErrno(Libc.bind(fd, &address, address.Length));
        if (result >= 0)
        {
            result = Libc.OrErrno(Libc.listen(fd, Backlog));
        }
        if (result < 0)
        {
            Libc.close(fd);
            return result;
        }
        int length = SockAddr.Capacity;
        Libc.getsockname(fd, &address, &length);
        socket = new ListenSocket(fd, address.Port);
        return fd;
    }

    private static EngineStartException Explain(int errno, string address, int port) => new(errno switch
    {
        Errno.EADDRINUSE => $"port {port} on {address} is taken by another process: choose another with --port, or stop that process (ss -ltnp 'sport = :{port}' names it)",
        Errno.EACCES => $"no permission to listen on port {port}: choose one from 1024 up, or grant CAP_NET_BIND_SERVICE",
        Errno.EADDRNOTAVAIL => $"this machine has no address {address}: give --bind one of its own (ip addr lists them)",
        Errno.EAFNOSUPPORT => $"this machine has no IPv6, so it can't listen on {address}: give --bind an IPv4 address",
        _ => $"can't listen on {address}, port {port} (errno {errno})",
    });
}
