namespace Carousel.Logging;

/// <summary>
/// Lines that wait to be written: bounded. When it is full, what comes is dropped and counted, and in the place of what was dropped there is a line that says how much
/// that was. One thread at a time.
/// </summary>
/// <param name="maxLines">So many lines at most.</param>
/// <param name="maxBytes">So many bytes of lines at most.</param>
/// <param name="gap">Makes the line that says how many were dropped.</param>
internal sealed class LineQueue(int maxLines, int maxBytes, Func<long, byte[]> gap)
{
    private readonly Queue<byte[]> _lines = new();
    private int _bytes;
    private long _dropped;

    /// <summary>How many lines were dropped, ever.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds a line, with its end; false if it was dropped.</summary>
    public bool TryAdd(byte[] line)
    {
        if (_lines.Count >= maxLines || line.Length > maxBytes - _bytes)
        {
            Dropped++;
            _dropped++;
            return false;
        }
        WriteGap();
        Add(line);
        return true;
    }

    /// <summary>The line that is to be written next; null if there is none. It stays until <see cref="Remove"/>.</summary>
    public byte[]? Peek()
    {
        if (_lines.Count == 0)
        {
            WriteGap();
        }
        return _lines.TryPeek(out byte[]? line) ? line : null;
    }

    /// <summary>The line that <see cref="Peek"/> gave is written.</summary>
    public void Remove() => _bytes -= _lines.Dequeue().Length;

    private void WriteGap()
    {
        if (_dropped != 0)
        {
            Add(gap(_dropped));
            _dropped = 0;
        }
    }

    private void Add(byte[] line)
    {
        _lines.Enqueue(line);
        _bytes += line.Length;
    }
}
