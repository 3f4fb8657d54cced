using System.Buffers;
using System.Globalization;
using System.Text;

namespace Carousel.Control.Telemetry;

/// <summary>Bytes that grow, in a pooled array: for texts and messages that are made again and again. One thread at a time.</summary>
internal sealed class ByteBuffer : IDisposable
{
    private const int First = 4096;

    /// <summary>The longest text of a number, a sign and an exponent included.</summary>
    private const int LongestNumber = 32;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(First);

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes; good until the next change.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The bytes; good until the next change.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>The bytes from this place on, to be changed.</summary>
    public Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    /// <summary>Empties it, and keeps its memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Takes away what is behind this place.</summary>
    public void Cut(int length) => Length = length;

    public void Append(byte value) => Extend(1)[0] = value;

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Extend(bytes.Length));

    /// <summary>As UTF-8.</summary>
    public void Append(string text)
    {
        Span<byte> room = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, room);
    }

    /// <summary>In decimal digits, or as this format says.</summary>
    public void Append(long value, ReadOnlySpan<char> format = default)
    {
        value.TryFormat(Reserve(LongestNumber), out int written, format, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>As so many hexadecimal digits, in lower case.</summary>
    public void AppendHex(ulong value)
    {
        value.TryFormat(Reserve(LongestNumber), out int written, "x16", CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>The shortest text that is read as the same number.</summary>
    public void Append(double value)
    {
        value.TryFormat(Reserve(LongestNumber), out int written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Makes it longer; gives the new bytes, whose content is arbitrary.</summary>
    public Span<byte> Extend(int by)
    {
        Span<byte> room = Reserve(by)[..by];
        Length += by;
        return room;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - Length < bytes)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, Length + bytes));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        return _bytes.AsSpan(Length);
    }
}
