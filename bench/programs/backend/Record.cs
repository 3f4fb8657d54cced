using Carousel.Bench.Wire;

namespace Carousel.Bench.Backend;

/// <summary>A file with the id of every executed POST, written to the kernel before the response is sent.</summary>
internal sealed class Record(string path)
{
    private readonly int _fd = Libc.OpenToAppend(path);

    /// <summary>Ends the process on an error: an unrecorded request would count as never executed.</summary>
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
