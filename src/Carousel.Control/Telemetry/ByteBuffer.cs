using System.Buffers;
using System.Globalization;
using System.Text;

namespace Carousel.Control.Telemetry;

/// <summary>A growable byte buffer in a pooled array, reused for many texts and messages. One thread at a time.</summary>
internal sealed class ByteBuffer : IDisposable
{
    private const int First = 4096;

    /// <summary>The longest text of a number, including sign and exponent.</summary>
    private const int LongestNumber = 32;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(First);

    /// <summary>Number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The content; valid until the next change.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The content; valid until the next change.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>The content from this position on, writable.</summary>
    public Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    /// <summary>Clears it and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Truncates it to this length.</summary>
    public void Cut(int length) => Length = length;

    public void Append(byte value) => Extend(1)[0] = value;

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Extend(bytes.Length));

    /// <summary>As UTF-8.</summary>
    public void Append(string text)
    {
        Span<byte> room = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, room);
    }

    /// <summary>In decimal digits, or in this format.</summary>
    public void Append(long value, ReadOnlySpan<char> format = default)
    {
        value.TryFormat(Reserve(LongestNumber), out int written, format, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>As 16 hexadecimal digits in lower case.</summary>
    public void AppendHex(ulong value)
    {
        value.TryFormat(Reserve(LongestNumber), out int written, "x16", CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>The shortest text that parses to the same number.</summary>
    public void Append(double value)
    {
        value.TryFormat(Reserve(LongestNumber), out int written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Extends it; returns the new bytes, whose content is undefined.</summary>
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
