namespace Carousel.Engine.Linux;

/// <summary>A pipe for splicing bodies. Owns its two descriptors.</summary>
internal sealed unsafe class Pipe : IDisposable
{
    /// <summary>
    /// Minimum useful size. With 8 KB splicing costs as much as copying, and 8 KB is what a user gets after using up its pages
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

    /// <summary>Capacity in bytes, as granted by the kernel; less if the bytes arrive in partial pages.</summary>
    public int Size { get; }

    /// <summary>
    /// Opens a pipe of this size, or of the size that the kernel grants (pipe-max-size limits one pipe, pipe-user-pages-soft all pipes of a
    /// user). Null if that is less than <see cref="LeastSize"/>, or if there is none.
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

    /// <summary>Reads up to <paramref name="count"/> bytes from the pipe into memory. Returns a negative number if it is empty.</summary>
    public int Read(byte* to, int count) => (int)Libc.read(ReadEnd, to, count);

    public void Dispose()
    {
        Libc.close(ReadEnd);
        Libc.close(WriteEnd);
    }
}
