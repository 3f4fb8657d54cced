using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>A worker's pipes for splicing: opened on demand, kept empty, a few kept for the next body.</summary>
internal sealed class PipePool(Func<int, Pipe?> open) : IDisposable
{
    /// <summary>The most an unprivileged pipe may have (pipe-max-size); measured best for large bodies.</summary>
    public const int PipeSize = 1 << 20;

    /// <summary>Each kept pipe holds two descriptors.</summary>
    private const int MaxKept = 16;

    private readonly Stack<Pipe> _free = new(MaxKept);

    /// <summary>An empty pipe; null if the kernel grants none (the caller copies instead).</summary>
    public Pipe? Take() => _free.TryPop(out Pipe? pipe) ? pipe : open(PipeSize);

    /// <summary>Takes a pipe back. One that may still hold bytes is closed, not kept.</summary>
    public void Give(Pipe pipe, bool empty)
    {
        if (empty && _free.Count < MaxKept)
        {
            _free.Push(pipe);
        }
        else
        {
            pipe.Dispose();
        }
    }

    public void Dispose()
    {
        while (_free.TryPop(out Pipe? pipe))
        {
            pipe.Dispose();
        }
    }
}
