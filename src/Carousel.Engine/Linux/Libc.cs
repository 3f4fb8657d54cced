using System.Runtime.InteropServices;

namespace Carousel.Engine.Linux;

/// <summary>
/// The system calls of the engine. Calls that return immediately suppress the GC transition, which costs more than some of them. Calls that
/// may take long (waiting, moving megabytes) do not, so that they do not delay a garbage collection.
/// </summary>
internal static unsafe class Libc
{
    private const string Lib = "libc";

    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly nint SendTo = IsX64 ? 44 : 206, RecvFrom = IsX64 ? 45 : 207;

    [DllImport(Lib), SuppressGCTransition]
    public static extern int epoll_create1(int flags);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int epoll_ctl(int epoll, int operation, int fd, void* ev);

    [DllImport(Lib, SetLastError = true)]
    public static extern int epoll_wait(int epoll, void* events, int max, int timeoutMs);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int eventfd(uint initial, int flags);

    [DllImport(Lib), SuppressGCTransition]
    public static extern nint read(int fd, void* to, nint count);

    [DllImport(Lib), SuppressGCTransition]
    public static extern nint write(int fd, void* from, nint count);

    /// <summary>recv(2), by its number: see <see cref="syscall"/>.</summary>
    public static nint recv(int fd, void* to, nint count, int flags) => syscall(RecvFrom, fd, to, count, flags, null, 0);

    /// <summary>send(2), by its number: see <see cref="syscall"/>.</summary>
    public static nint send(int fd, void* from, nint count, int flags) => syscall(SendTo, fd, from, count, flags, null, 0);

    /// <summary>
    /// The C library's recv and send are thread cancellation points, which costs some fifty instructions per call in a multi-threaded
    /// process. They are called four times per request. The numbers are the kernel's for x64 and arm64.
    /// </summary>
    [DllImport(Lib), SuppressGCTransition]
    private static extern nint syscall(nint number, nint fd, void* bytes, nint count, nint flags, void* address, nint length);

    [DllImport(Lib, SetLastError = true)]
    public static extern nint splice(int from, long* fromOffset, int to, long* toOffset, nint count, uint flags);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int pipe2(int* fds, int flags);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int fcntl(int fd, int command, nint argument);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int socket(int domain, int type, int protocol);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int bind(int fd, void* address, int length);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int listen(int fd, int backlog);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int connect(int fd, void* address, int length);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int accept4(int fd, void* address, int* length, int flags);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int shutdown(int fd, int how);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int setsockopt(int fd, int level, int option, void* value, int length);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int getsockopt(int fd, int level, int option, void* value, int* length);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int ioctl(int fd, nuint request, int* value);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int getsockname(int fd, void* address, int* length);

    [DllImport(Lib), SuppressGCTransition]
    public static extern int close(int fd);

    [DllImport(Lib), SuppressGCTransition]
    public static extern nint getrandom(void* to, nint count, uint flags);

    [DllImport(Lib), SuppressGCTransition]
    public static extern nint signal(int number, nint handler);

    /// <summary>
    /// Returns the result, or the negated error. Must be called directly after the system call, before anything else can set errno.
    /// </summary>
    public static int OrErrno(int result) => result >= 0 ? result : -Marshal.GetLastSystemError();

    /// <inheritdoc cref="OrErrno(int)"/>
    public static int OrErrno(nint result) => result >= 0 ? (int)result : -Marshal.GetLastSystemError();
}
