using System.Runtime.InteropServices;

namespace Carousel.Engine.Linux;

/// <summary>Events reported by epoll (EPOLLIN and so on); the values are the kernel's.</summary>
[Flags]
internal enum Readiness : uint
{
    None = 0,
    Readable = 0x001,
    Writable = 0x004,
    Error = 0x008,
    HangUp = 0x010,
    /// <summary>The peer has shut down its sending side: bytes already sent can still be read.</summary>
    PeerClosed = 0x2000,
    /// <summary>Registration only: of several epoll sets that watch one listener, wake one, not all.</summary>
    Exclusive = 1u << 28,
    /// <summary>Registration only: report changes, not states.</summary>
    EdgeTriggered = 1u << 31,
}

/// <summary>An epoll set. Owns its descriptor.</summary>
internal sealed unsafe class EpollSet : IDisposable
{
    private const int Add = 1, Delete = 2, CloseOnExec = 0x80000;

    // struct epoll_event is packed on x64 only: 4 bytes of bits, then 8 of data at offset 4 there, at offset 8 elsewhere.
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataAt + 8;

    private readonly int _epoll;
    private readonly byte* _events;
    private readonly int _max;

    public EpollSet(int maxEvents)
    {
        _epoll = Libc.OrErrno(Libc.epoll_create1(CloseOnExec));
        if (_epoll < 0)
        {
            throw new InvalidOperationException($"epoll_create1 failed (errno {-_epoll})");
        }
        _max = maxEvents;
        _events = (byte*)NativeMemory.Alloc((nuint)(maxEvents * EventSize));
    }

    /// <summary>Watches a descriptor; <paramref name="token"/> is returned with its events. Returns 0 or the negated error.</summary>
    public int Register(int fd, Readiness interest, ulong token)
    {
        byte* ev = stackalloc byte[16];
        *(uint*)ev = (uint)interest;
        *(ulong*)(ev + DataAt) = token;
        return Libc.OrErrno(Libc.epoll_ctl(_epoll, Add, fd, ev));
    }

    /// <summary>Stops watching. Closing a descriptor does the same, so this is only for descriptors that stay open.</summary>
    public void Unregister(int fd)
    {
        byte* ev = stackalloc byte[16];
        Libc.epoll_ctl(_epoll, Delete, fd, ev);
    }

    /// <summary>
    /// Waits for events, at most this long (-1: no timeout); returns the number of events available to <see cref="Get"/>.
    /// </summary>
    public int Wait(int timeoutMs)
    {
        int count = Libc.epoll_wait(_epoll, _events, _max, timeoutMs);
        if (count >= 0)
        {
            return count;
        }
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EINTR ? 0 : throw new InvalidOperationException($"epoll_wait failed (errno {errno})");
    }

    public void Get(int index, out Readiness readiness, out ulong token)
    {
        byte* ev = _events + (nint)index * EventSize;
        readiness = (Readiness)(*(uint*)ev);
        token = *(ulong*)(ev + DataAt);
    }

    public void Dispose()
    {
        Libc.close(_epoll);
        NativeMemory.Free(_events);
    }
}
