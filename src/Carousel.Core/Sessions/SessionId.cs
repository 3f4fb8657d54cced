using System.Buffers.Binary;
using System.Globalization;

namespace Carousel.Core.Sessions;

/// <summary>A session id: 128 random bits; as text 32 lower-case hexadecimal digits.</summary>
public readonly record struct SessionId(ulong High, ulong Low)
{
    /// <summary>Bytes of the binary form.</summary>
    public const int Bytes = 16;

    /// <summary>Characters of the text.</summary>
    public const int TextLength = 32;

    /// <summary>The id from these <see cref="Bytes"/> bytes.</summary>
    public static SessionId From(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Parses the text form; false if it is not exactly that of an id.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionId id)
    {
        bool isHex = UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value);
        id = new SessionId((ulong)(value >> 64), (ulong)value);
        return isHex && text.Length == TextLength;
    }

    /// <summary>Writes the binary form into the first <see cref="Bytes"/> of <paramref name="to"/>.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, High);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Low);
    }

    /// <summary>Writes the text into the first <see cref="TextLength"/> of <paramref name="to"/>.</summary>
    public void Format(Span<byte> to)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        Convert.TryToHexStringLower(bytes, to, out _);
    }

    /// <inheritdoc/>
    public override string ToString() => new UInt128(High, Low).ToString("x32", CultureInfo.InvariantCulture);
}
