using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Carousel.Bench.Wire;

/// <summary>Something with a descriptor that a loop watches.</summary>
internal interface IWatched
{
    /// <summary>It can be read or written, or has ended. It may be told so in vain, when the descriptor was another's a moment ago.</summary>
    void Ready();
}

/// <summary>One thread's epoll loop: what is ready is told, level-triggered, then the caller looks at the clock.</summary>
internal sealed unsafe partial class Loop
{
    private const uint Readable = 1, Writable = 4;
    private const int Add = 1, Change = 3, EventsPerTick = 256, MaxDescriptors = 65_536;
    private const int BytesPerEvent = 16;

    // The kernel's epoll_event is packed on x64, and nowhere else.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : BytesPerEvent, DataAt = IsPacked ? 4 : 8;

    private readonly IWatched?[] _watched = new IWatched?[MaxDescriptors];
    private readonly int _epoll = epoll_create1(0);

    /// <summary>Microseconds of a clock that never goes back.</summary>
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency));

    public void WatchReadable(int fd, IWatched watched) => Watch(fd, watched, Add, Readable);

    /// <summary>For a socket that connects; to be followed by <see cref="NowReadable"/>.</summary>
    public void WatchWritable(int fd, IWatched watched) => Watch(fd, watched, Add, Writable);

    public void NowReadable(int fd, IWatched watched) => Watch(fd, watched, Change, Readable);

    /// <summary>Closes the descriptor, which ends the watching.</summary>
    public void Close(int fd)
    {
        _watched[fd] = null;
        _ = Libc.close(fd);
    }

    /// <summary>Waits for something to happen, but not beyond a time of <see cref="Now"/>; tells all that is ready.</summary>
    public void Turn(long until)
    {
        byte* events = stackalloc byte[EventsPerTick * BytesPerEvent];
        long wait = Math.Max(0, until - Now);
        var time = new Timespec { Seconds = wait / 1_000_000, Nanoseconds = wait % 1_000_000 * 1_000 };
        int count = epoll_pwait2(_epoll, events, EventsPerTick, &time, null);
        for (int i = 0; i < count; i++)
        {
            _watched[(int)*(long*)(events + (i * EventSize) + DataAt)]?.Ready();
        }
    }

    private void Watch(int fd, IWatched watched, int operation, uint bits)
    {
        byte* e = stackalloc byte[BytesPerEvent];
        *(uint*)e = bits;
        *(long*)(e + DataAt) = fd;
        _watched[fd] = watched;
        _ = epoll_ctl(_epoll, operation, fd, e);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    private static partial int epoll_ctl(int epoll, int operation, int fd, byte* e);

    [LibraryImport("libc")]
    private static partial int epoll_pwait2(int epoll, byte* events, int count, Timespec* timeout, void* signals);
}
