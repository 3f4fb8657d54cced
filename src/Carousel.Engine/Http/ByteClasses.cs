using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Carousel.Engine.Http;

/// <summary>A set of bytes that the grammar names, tested sixteen at a time.</summary>
internal interface IByteClass
{
    /// <summary>All bits set in each byte that is not of the class.</summary>
    static abstract Vector128<byte> Outside(Vector128<byte> bytes);
}

/// <summary><c>tchar</c> (RFC 9110 section 5.6.2).</summary>
internal readonly struct TokenBytes : IByteClass
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Outside(Vector128<byte> bytes) => AsciiTable.Outside(bytes, Vector128.Create(
        (byte)0xe8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf4, 0x54, 0xd0, 0x54, 0xf4, 0x70));
}

/// <summary>
/// What a request target may be made of: visible ASCII but "#", since a fragment is never sent (RFC 9112 section 3.2).
/// </summary>
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

/// <summary>
/// What a field value may be made of: all but control characters, of which the tab is allowed (RFC 9110 section 5.5).
/// </summary>
internal readonly struct ValueBytes : IByteClass
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Outside(Vector128<byte> bytes)
    {
        // "At most 0x1f" as a minimum and an equality: x64 has no unsigned comparison of bytes before AVX-512.
        Vector128<byte> controls = Vector128.Equals(Vector128.Min(bytes, Vector128.Create((byte)0x1f)), bytes);
        Vector128<byte> tabs = Vector128.Equals(bytes, Vector128.Create((byte)'\t'));
        Vector128<byte> deletes = Vector128.Equals(bytes, Vector128.Create((byte)0x7f));
        return Vector128.AndNot(controls, tabs) | deletes;
    }
}

/// <summary>
/// A set of ASCII bytes as sixteen columns, one for each lower half of a byte; bit n of a column tells whether upper half n is in
/// the set. Two table lookups and an AND test sixteen bytes.
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
            // Takes the lower half of an index by itself and yields 0 where bit 7 is set: right, as no such byte is in the set.
            // Asked for by name because compiled ahead of time for any x64, Vector128.Shuffle becomes a call ten times as slow.
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
