using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Carousel.Engine.Http;

/// <summary>A set of bytes defined by the grammar, tested sixteen at a time.</summary>
internal interface IByteClass
{
    /// <summary>Returns all bits set for each byte outside the class.</summary>
    static abstract Vector128<byte> Outside(Vector128<byte> bytes);
}

/// <summary><c>tchar</c> (RFC 9110 section 5.6.2).</summary>
internal readonly struct TokenBytes : IByteClass
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Outside(Vector128<byte> bytes) => AsciiTable.Outside(bytes, Vector128.Create(
        (byte)0xe8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf4, 0x54, 0xd0, 0x54, 0xf4, 0x70));
}

/// <summary>Bytes allowed in a request target: visible ASCII except "#", since a fragment is never sent (RFC 9112 section 3.2).</summary>
internal readonly struct TargetBytes : IByteClass
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Outside(Vector128<byte> bytes) => AsciiTable.Outside(bytes, Vector128.Create(
        (byte)0xf8, 0xfc, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0x7c));
}

/// <summary>
/// <c>unreserved</c> and <c>sub-delims</c>: a <c>reg-name</c> without its percent-encoding (RFC 3986 section 3.2.2).
/// </summary>
internal readonly struct HostNameBytes : IByteClass
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Outside(Vector128<byte> bytes) => AsciiTable.Outside(bytes, Vector128.Create(
        (byte)0xa8, 0xfc, 0xf8, 0xf8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xf4, 0x5c, 0x54, 0x5c, 0xd4, 0x70));
}

/// <summary>Bytes allowed in a field value: all except control characters; tab is allowed (RFC 9110 section 5.5).</summary>
internal readonly struct ValueBytes : IByteClass
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Outside(Vector128<byte> bytes)
    {
        // Minimum and equality implement "at most 0x1f": x64 has no unsigned byte comparison before AVX-512.
        Vector128<byte> controls = Vector128.Equals(Vector128.Min(bytes, Vector128.Create((byte)0x1f)), bytes);
        Vector128<byte> tabs = Vector128.Equals(bytes, Vector128.Create((byte)'\t'));
        Vector128<byte> deletes = Vector128.Equals(bytes, Vector128.Create((byte)0x7f));
        return Vector128.AndNot(controls, tabs) | deletes;
    }
}

/// <summary>
/// A set of ASCII bytes as sixteen columns, one for each low nibble. Bit n of a column is set if high nibble n is in the set. Two table
/// lookups and an AND test sixteen bytes.
/// </summary>
internal static class AsciiTable
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Outside(Vector128<byte> bytes, Vector128<byte> columns)
    {
        Vector128<byte> rows = Vector128.Create((byte)0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0, 0, 0, 0, 0, 0, 0, 0);
        Vector128<byte> upperHalves = bytes >>> 4;
        Vector128<byte> column, row;
        if (Ssse3.IsSupported)
        {
            // Ssse3.Shuffle uses the low nibble of an index and returns 0 if bit 7 is set, which is correct: no such byte is in the set. It
            // is called explicitly because Vector128.Shuffle, compiled ahead of time for any x64, becomes a call that is ten times slower.
            column = Ssse3.Shuffle(columns, bytes);
            row = Ssse3.Shuffle(rows, upperHalves);
        }
        else
        {
            column = Vector128.Shuffle(columns, bytes & Vector128.Create((byte)0x0f));
            row = Vector128.Shuffle(rows, upperHalves);
        }
        return Vector128.Equals(column & row, Vector128<byte>.Zero);
    }
}
