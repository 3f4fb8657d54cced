namespace Carousel.Engine.Linux;

/// <summary>A pipe that bodies are spliced through. Owns its two descriptors.</summary>
internal sealed unsafe class Pipe : IDisposable
{
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000, SetPipeSize = 1031;

    private Pipe(int readEnd, int writeEnd)
    {
        ReadEnd = readEnd;
        WriteEnd = writeEnd;
    }

    public int ReadEnd { get; }

    public int WriteEnd { get; }

    /// <summary>
    /// Opens a pipe of about this many bytes, or of what the kernel grants (a user's pipes are bounded: pipe-user-pages-soft); null if it grants none.
    /// </summary>
    public static Pipe? TryOpen(int size)
    {
        int* ends = stackalloc int[2];
        if (Libc.pipe2(ends, NonBlocking | CloseOnExec) != 0)
        {
            return null;
        }
        Libc.fcntl(ends[1], SetPipeSize, size);
        return new Pipe(ends[0], ends[1]);
    }

    public void Dispose()
    {
        Libc.close(ReadEnd);
        Libc.close(WriteEnd);
    }
}
