using System.Runtime.InteropServices;

namespace Carousel.Bench.Wire;

/// <summary>The system calls of the two programs. Those that report the cause of a failure leave it in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static unsafe partial class Libc
{
    public const int NonBlocking = 0x800, NoSignal = 0x4000, TryAgain = 11, InProgress = 115;
    private const int Internet = 2, Stream = 1, SocketLevel = 1, ReuseAddress = 2, Error = 4, TcpLevel = 6, NoDelay = 1;
    private const int WriteOnly = 1, Create = 0x40, AppendOnly = 0x400, AddressSize = 16;

    /// <summary>A socket that listens on a loopback port; negative if the port is not available.</summary>
    public static int Listen(int port)
    {
        int fd = socket(Internet, Stream | NonBlocking, 0), one = 1;
        byte* address = stackalloc byte[AddressSize];
        Loopback(address, port);
        setsockopt(fd, SocketLevel, ReuseAddress, &one, sizeof(int));
        return bind(fd, address, AddressSize) == 0 && listen(fd, 4096) == 0 ? fd : -1;
    }

    /// <summary>Accepts the next pending connection; negative if there is none.</summary>
    public static int Accept(int listener)
    {
        int fd = accept4(listener, null, null, NonBlocking);
        SendAtOnce(fd);
        return fd;
    }

    /// <summary>Starts to connect to a loopback port; the socket is writable once it is connected. Negative on an immediate error.</summary>
    public static int Connect(int port)
    {
        int fd = socket(Internet, Stream | NonBlocking, 0);
        byte* address = stackalloc byte[AddressSize];
        Loopback(address, port);
        SendAtOnce(fd);
        if (fd >= 0 && connect(fd, address, AddressSize) != 0 && Marshal.GetLastPInvokeError() != InProgress)
        {
            _ = close(fd);
            return -1;
        }

        return fd;
    }

    /// <summary>The result of connecting: 0, or the error.</summary>
    public static int ConnectError(int fd)
    {
        int error = 0, size = sizeof(int);
        return getsockopt(fd, SocketLevel, Error, &error, &size) == 0 ? error : -1;
    }

    /// <summary>The number of bytes received; 0 at the end; negative if there is nothing yet, or on an error.</summary>
    public static int Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            return (int)recv(fd, start, buffer.Length, 0);
        }
    }

    /// <summary>True if the socket accepted all bytes. Messages here are small and the buffer is empty.</summary>
    public static bool Send(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return send(fd, start, bytes.Length, NoSignal) == bytes.Length;
        }
    }

    /// <summary>Opens a file in append mode, also for concurrent writers; negative on an error.</summary>
    public static int OpenToAppend(string path) => open(path, WriteOnly | Create | AppendOnly, 0b110_100_100);

    /// <summary>True if all bytes were written to the kernel, which keeps them even if this process is killed.</summary>
    public static bool Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return write(fd, start, bytes.Length) == bytes.Length;
        }
    }

    [LibraryImport("libc"), SuppressGCTransition]
    public static partial int close(int fd);

    private static void SendAtOnce(int fd)
    {
        int one = 1;
        setsockopt(fd, TcpLevel, NoDelay, &one, sizeof(int));
    }

    /// <summary>Writes a sockaddr_in for 127.0.0.1.</summary>
    private static void Loopback(byte* address, int port)
    {
        new Span<byte>(address, AddressSize).Clear();
        address[0] = Internet;
        address[2] = (byte)(port >> 8);
        address[3] = (byte)port;
        address[4] = 127;
        address[7] = 1;
    }

    [LibraryImport("libc")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int bind(int fd, byte* address, int size);

    [LibraryImport("libc")]
    private static partial int listen(int fd, int backlog);

    [LibraryImport("libc")]
    private static partial int accept4(int fd, byte* address, int* size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, byte* address, int size);

    [LibraryImport("libc")]
    private static partial int setsockopt(int fd, int level, int option, int* value, int size);

    [LibraryImport("libc")]
    private static partial int getsockopt(int fd, int level, int option, int* value, int* size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, byte* buffer, nint size, int flags);

    [LibraryImport("libc")]
    private static partial nint send(int fd, byte* buffer, nint size, int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial nint write(int fd, byte* buffer, nint size);
}
