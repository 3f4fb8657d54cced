namespace Carousel.Engine.Linux;

/// <summary>A pipe that bodies are spliced through. Owns its two descriptors.</summary>
internal sealed unsafe class Pipe : IDisposable
{
    /// <summary>
    /// A smaller one is not worth having: with 8 KB splicing costs as much as copying, and it is 8 KB that a user gets who has used up their pages
    /// (docs/decisions/0007-splice.md).
    /// </summary>
    public const int LeastSize = 64 * 1024;

    private const int NonBlocking = 0x800, CloseOnExec = 0x80000, SetPipeSize = 1031, GetPipeSize = 1032;

    private Pipe(int readEnd, int writeEnd, int size)
    {
        ReadEnd = readEnd;
        WriteEnd = writeEnd;
        Size = size;
    }

    public int ReadEnd { get; }

    public int WriteEnd { get; }

    /// <summary>Bytes that it holds, as the kernel granted them; fewer, if they come in parts of pages.</summary>
    public int Size { get; }

    /// <summary>
    /// Opens a pipe of this many bytes, or of what the kernel grants (one pipe is bounded by pipe-max-size, all of a user by pipe-user-pages-soft); null if that
    /// is less than <see cref="LeastSize"/>, or none.
    /// </summary>
    /// <param name="size">A power of two, at least <see cref="LeastSize"/>.</param>
    public static Pipe? TryOpen(int size)
    {
        int* ends = stackalloc int[2];
        if (Libc.pipe2(ends, NonBlocking | CloseOnExec) != 0)
        {
            return null;
        }
        int granted = Libc.fcntl(ends[1], GetPipeSize, 0);
        for (int wanted = size; wanted > granted; wanted /= 2)
        {
            granted = Math.Max(granted, Libc.fcntl(ends[1], SetPipeSize, wanted));
        }
        var pipe = new Pipe(ends[0], ends[1], granted);
        if (granted >= LeastSize)
        {
            return pipe;
        }
        pipe.Dispose();
        return null;
    }

    /// <summary>Takes bytes out into memory; as many as there are, if there is room. Below zero if there are none.</summary>
    public int Read(byte* to, int count) => (int)Libc.read(ReadEnd, to, count);

    public void Dispose()
    {
        Libc.close(ReadEnd);
        Libc.close(WriteEnd);
    }
}
