namespace Carousel.Engine.Linux;

/// <summary>An eventfd that wakes a thread waiting in epoll. Owns its descriptor.</summary>
internal sealed unsafe class EventDescriptor : IDisposable
{
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000;

    public EventDescriptor()
    {
        Fd = Libc.OrErrno(Libc.eventfd(0, NonBlocking | CloseOnExec));
        if (Fd < 0)
        {
            throw new InvalidOperationException($"eventfd failed (errno {-Fd})");
        }
    }

    public int Fd { get; }

    /// <summary>Thread-safe.</summary>
    public void Signal()
    {
        ulong one = 1;
        Libc.write(Fd, &one, sizeof(ulong));
    }

    public void Reset()
    {
        ulong count;
        Libc.read(Fd, &count, sizeof(ulong));
    }

    public void Dispose() => Libc.close(Fd);
}
