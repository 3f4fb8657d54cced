using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>
/// A worker's pipe for splicing. One pipe is enough for all bodies because each move leaves it empty: no more goes in than the sink has
/// room for, and what the sink did not accept is read into memory at once. Used on its worker's thread only.
/// </summary>
/// <param name="open">Opens a pipe of about this many bytes; returns null if none is available.</param>
/// <param name="size">The size to request in bytes.</param>
internal sealed class SplicePipe(Func<int, Pipe?> open, int size = SplicePipe.MaxSize) : IDisposable
{
    /// <summary>Maximum size of an unprivileged pipe (pipe-max-size); the fastest for large bodies as measured.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>Descriptors of a pipe.</summary>
    public const int Descriptors = 2;

    /// <summary>
    /// Half of the pipe memory of one user (pipe-user-pages-soft, 64 MB), for all workers together. The rest is for the user's other
    /// processes.
    /// </summary>
    private const int ShareOfUser = 32 << 20;

    /// <summary>Interval before the next attempt if no pipe was granted. Until then bodies are copied.</summary>
    private const int PauseMs = 1_000;

    /// <summary>
    /// If a sink accepts much less than it reported, the kernel lacks memory for TCP or limits it (tcp_notsent_lowat), which is likely to
    /// continue. For this time no more is moved at once than fits a buffer.
    /// </summary>
    private const int CarefulMs = 10_000;

    private Pipe? _pipe;
    private long _notBefore;
    private long _carefulUntil;

    /// <summary>Returns the size to request, so that the pipes of all workers stay within <see cref="ShareOfUser"/>.</summary>
    public static int SizeFor(int workers)
    {
        int size = MaxSize;
        while (size > Pipe.LeastSize && (long)size * workers > ShareOfUser)
        {
            size /= 2;
        }
        return size;
    }

    /// <summary>Returns the empty pipe; null if none is available now (the caller copies instead).</summary>
    /// <param name="now">The reactor's milliseconds.</param>
    public Pipe? Get(long now)
    {
        if (_pipe is null && now >= _notBefore)
        {
            _pipe = open(size);
            _notBefore = _pipe is null ? now + PauseMs : now;
        }
        return _pipe;
    }

    /// <summary>Returns true if no more may be moved at once than fits a buffer.</summary>
    public bool IsCareful(long now) => now < _carefulUntil;

    /// <summary>To be called when a sink accepted so much less than it reported that the rest does not fit a buffer.</summary>
    public void BeCareful(long now) => _carefulUntil = now + CarefulMs;

    /// <summary>Closes the pipe, which may hold bytes of an aborted body. The next body gets a new one.</summary>
    public void Dispose()
    {
        _pipe?.Dispose();
        _pipe = null;
    }
}
