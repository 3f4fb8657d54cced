using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Carousel.Bench.Wire;

/// <summary>An object with a descriptor that a loop watches.</summary>
internal interface IWatched
{
    /// <summary>Called when it is readable, writable or closed. May be called without cause if the descriptor was reused a moment ago.</summary>
    void Ready();
}

/// <summary>One thread's epoll loop: dispatches level-triggered events, then the caller checks the clock.</summary>
internal sealed unsafe partial class Loop
{
    private const uint Readable = 1, Writable = 4;
    private const int Add = 1, Change = 3, EventsPerTick = 256, MaxDescriptors = 65_536;
    private const int BytesPerEvent = 16;

    // The kernel's epoll_event is packed on x64 only.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : BytesPerEvent, DataAt = IsPacked ? 4 : 8;

    private readonly IWatched?[] _watched = new IWatched?[MaxDescriptors];
    private readonly int _epoll = epoll_create1(0);

    /// <summary>A monotonic clock in microseconds.</summary>
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency));

    public void WatchReadable(int fd, IWatched watched) => Watch(fd, watched, Add, Readable);

    /// <summary>For a connecting socket; followed by <see cref="NowReadable"/>.</summary>
    public void WatchWritable(int fd, IWatched watched) => Watch(fd, watched, Add, Writable);

    public void NowReadable(int fd, IWatched watched) => Watch(fd, watched, Change, Readable);

    /// <summary>Closes the descriptor, which removes it from epoll.</summary>
    public void Close(int fd)
    {
        _watched[fd] = null;
        _ = Libc.close(fd);
    }

    /// <summary>Waits for events until a time of <see cref="Now"/> at the latest; dispatches all of them.</summary>
    public void RunOnce(long until)
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
