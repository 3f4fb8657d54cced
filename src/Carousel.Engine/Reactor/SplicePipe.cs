using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>
/// A worker's pipe for splicing. One does for all bodies: each move leaves it empty, since no more goes in than the sink has room for, and what the sink did not take after all is
/// taken out into memory at once. Its own worker's thread only.
/// </summary>
/// <param name="open">Opens one of about this many bytes; null if there is none to be had.</param>
/// <param name="size">Bytes that are asked for.</param>
internal sealed class SplicePipe(Func<int, Pipe?> open, int size = SplicePipe.MaxSize) : IDisposable
{
    /// <summary>The most an unprivileged pipe may have (pipe-max-size); measured best for large bodies.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>Descriptors of a pipe.</summary>
    public const int Descriptors = 2;

    /// <summary>Half of what Linux lets one user have (pipe-user-pages-soft, 64 MB), for all workers together: others of this user want some too.</summary>
    private const int ShareOfUser = 32 << 20;

    /// <summary>When none was granted, the next try is this much later: until then bodies are copied without asking again.</summary>
    private const int PauseMs = 1_000;

    /// <summary>
    /// When a sink took much less than it had said it would, the kernel is short of memory for TCP, or bounds it (tcp_notsent_lowat): that is likely to go on. So for this long
    /// no more is moved at once than a buffer can take.
    /// </summary>
    private const int CarefulMs = 10_000;

    private Pipe? _pipe;
    private long _notBefore;
    private long _carefulUntil;

    /// <summary>What to ask for, so that the pipes of so many workers stay within <see cref="ShareOfUser"/>.</summary>
    public static int SizeFor(int workers)
    {
        int size = MaxSize;
        while (size > Pipe.LeastSize && (long)size * workers > ShareOfUser)
        {
            size /= 2;
        }
        return size;
    }

    /// <summary>The pipe, empty; null if none is to be had now (the caller copies instead).</summary>
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

    /// <summary>True if no more is to be moved at once than a buffer can take.</summary>
    public bool IsCareful(long now) => now < _carefulUntil;

    /// <summary>A sink took so much less than it had said that a buffer can't take the rest.</summary>
    public void BeCareful(long now) => _carefulUntil = now + CarefulMs;

    /// <summary>It may hold bytes of a body that was cut: the next body gets another.</summary>
    public void Dispose()
    {
        _pipe?.Dispose();
        _pipe = null;
    }
}
