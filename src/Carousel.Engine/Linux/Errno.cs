namespace Carousel.Engine.Linux;

/// <summary>Linux error numbers on x64 and arm64 (asm-generic/errno.h). Wrappers return them negated.</summary>
internal static class Errno
{
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOSPC = 28;
    public const int EPIPE = 32;
    public const int EAFNOSUPPORT = 97;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETUNREACH = 101;
    public const int ECONNABORTED = 103;
    public const int ECONNRESET = 104;
    public const int ENOBUFS = 105;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EINPROGRESS = 115;

    /// <summary>
    /// Returns true for errors that mean that this process or host lacks a resource, independent of the peer: descriptors, memory, ports
    /// (<see cref="Sockets.Transport.Connect"/> returns EADDRNOTAVAIL for this cause only), or epoll watches (ENOSPC).
    /// </summary>
    public static bool IsOutOfResources(int errno) => errno is EMFILE or ENFILE or ENOBUFS or ENOMEM or EADDRNOTAVAIL or ENOSPC;
}
