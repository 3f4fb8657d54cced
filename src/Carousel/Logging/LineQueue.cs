namespace Carousel.Logging;

/// <summary>
/// A bounded queue of lines to be written. When it is full, new lines are dropped, and a line with their count is written in their place. One thread at a time.
/// </summary>
/// <param name="maxLines">Most lines.</param>
/// <param name="maxBytes">Most bytes of all lines.</param>
/// <param name="gap">Makes the line with the number of dropped lines.</param>
internal sealed class LineQueue(int maxLines, int maxBytes, Func<long, byte[]> gap)
{
    private readonly Queue<byte[]> _lines = new();
    private int _bytes;
    private long _dropped;

    /// <summary>Total number of dropped lines.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds a line with its line feed; false if it was dropped.</summary>
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

    /// <summary>The next line to write; null if there is none. It stays queued until <see cref="Remove"/>.</summary>
    public byte[]? Peek()
    {
        if (_lines.Count == 0)
        {
            WriteGap();
        }
        return _lines.TryPeek(out byte[]? line) ? line : null;
    }

    /// <summary>Removes the line returned by <see cref="Peek"/>.</summary>
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
