using Carousel.Bench.Wire;

namespace Carousel.Bench.Backend;

/// <summary>The file of what was executed: the id of every POST, in the system's hands before anything is answered.</summary>
internal sealed class Record(string path)
{
    private readonly int _fd = Libc.OpenToAppend(path);

    /// <summary>Ends the process if it can't: what is executed and not recorded would be taken for never executed.</summary>
    public void Add(ReadOnlySpan<byte> id)
    {
        Span<byte> line = stackalloc byte[id.Length + 1];
        id.CopyTo(line);
        line[^1] = (byte)'\n';
        if (!Libc.Write(_fd, line))
        {
            Environment.FailFast($"cannot write to {path}");
        }
    }
}
