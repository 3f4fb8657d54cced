namespace Carousel.Engine.Http;

/// <summary>
/// The ranges of a head's bytes that an encoder writes, in order. Their total length is known before they are written, so they can be written to where
/// they must end: in front of a body that was already received.
/// </summary>
internal struct HeadParts()
{
    private const int Usual = 8;

    private (int Start, int End)[] _parts = new (int, int)[Usual];
    private int _count;

    /// <summary>Bytes of all parts.</summary>
    public int Length { get; private set; }

    public void Clear() => _count = Length = 0;

    /// <summary>Adds the range from <paramref name="start"/> to <paramref name="end"/>: to the last part if it continues that.</summary>
    public void Add(int start, int end)
    {
        if (end == start)
        {
            return;
        }
        Length += end - start;
        if (_count > 0 && _parts[_count - 1].End == start)
        {
            _parts[_count - 1].End = end;
            return;
        }
        if (_count == _parts.Length)
        {
            Array.Resize(ref _parts, 2 * _parts.Length);
        }
        _parts[_count++] = (start, end);
    }

    public readonly void Write(ReadOnlySpan<byte> bytes, Span<byte> to)
    {
        foreach ((int start, int end) in _parts.AsSpan(0, _count))
        {
            bytes[start..end].CopyTo(to);
            to = to[(end - start)..];
        }
    }
}
