using System.Runtime.InteropServices;

namespace Carousel.Bench.Floor;

/// <summary>The system calls of the loop. Those that never block skip the garbage collector's mode switch, which would cost more than they do.</summary>
internal static unsafe class Linux
{
    public const int NonBlocking = 0x800, NoSignal = 0x4000, DontWait = 0x40;
    public const uint Readable = 1, PeerClosed = 0x2000, EdgeTriggered = 1u << 31;

    /// <summary>The kernel's epoll_event, packed as on x64.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Event
    {
        public uint Bits;
        public long Data;
    }

    [DllImport("libc"), SuppressGCTransition]
    public static extern int epoll_create1(int flags);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int epoll_ctl(int epoll, int operation, int fd, Event* e);

    [DllImport("libc")]
    public static extern int epoll_wait(int epoll, Event* events, int count, int timeout);

    [DllImport("libc", EntryPoint = "epoll_wait"), SuppressGCTransition]
    public static extern int epoll_poll(int epoll, Event* events, int count, int zero);

    [DllImport("libc"), SuppressGCTransition]
    public static extern nint recv(int fd, byte* buffer, nint size, int flags);

    [DllImport("libc"), SuppressGCTransition]
    public static extern nint send(int fd, byte* buffer, nint size, int flags);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int socket(int domain, int type, int protocol);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int bind(int fd, byte* address, int size);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int listen(int fd, int backlog);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int connect(int fd, byte* address, int size);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int accept4(int fd, byte* address, int* size, int flags);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int setsockopt(int fd, int level, int option, int* value, int size);

    [DllImport("libc"), SuppressGCTransition]
    public static extern int close(int fd);

    /// <summary>Writes the 16 bytes of a sockaddr_in for 127.0.0.1.</summary>
    public static void Loopback(byte* address, int port)
    {
        new Span<byte>(address, 16).Clear();
        address[0] = 2;
        address[2] = (byte)(port >> 8);
        address[3] = (byte)port;
        address[4] = 127;
        address[7] = 1;
    }
}
