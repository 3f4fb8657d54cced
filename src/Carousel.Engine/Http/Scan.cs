using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Carousel.Engine.Http;

/// <summary>Finds the end of a run of allowed bytes, sixteen at a time.</summary>
internal static class Scan
{
    /// <summary>
    /// Returns the position of the first byte at or after <paramref name="position"/> that is not of the class; <paramref name="end"/> if
    /// there is none.
    /// </summary>
    /// <remarks>
    /// All bytes from <paramref name="head"/> to <paramref name="end"/> must be readable: the last, incomplete sixteen are read together
    /// with bytes before <paramref name="position"/>, whose results are shifted out. Nothing at or after <paramref name="end"/> is read.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOutside<TClass>(ref byte head, int position, int end)
        where TClass : struct, IByteClass
    {
        if (position + Vector128<byte>.Count <= end)
        {
            uint outside = TClass.Outside(Vector128.LoadUnsafe(ref head, (nuint)position)).ExtractMostSignificantBits();
            if (outside != 0)
            {
                return position + BitOperations.TrailingZeroCount(outside);
            }
            position += Vector128<byte>.Count;
        }
        return IndexOutsideRest<TClass>(ref head, position, end);
    }

    /// <summary>
    /// The same with less code, for runs whose end and next byte are followed by enough input; -1 if the run comes too close to
    /// <paramref name="end"/>.
    /// </summary>
    /// <remarks>At least one byte after the returned position is readable.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOutsideWhole<TClass>(ref byte head, int position, int end)
        where TClass : struct, IByteClass
    {
        for (; position + Vector128<byte>.Count < end; position += Vector128<byte>.Count)
        {
            uint outside = TClass.Outside(Vector128.LoadUnsafe(ref head, (nuint)position)).ExtractMostSignificantBits();
            if (outside != 0)
            {
                return position + BitOperations.TrailingZeroCount(outside);
            }
        }
        return -1;
    }

    /// <summary>Returns true if all bytes are of the class.</summary>
    public static bool IsAll<TClass>(ReadOnlySpan<byte> bytes)
        where TClass : struct, IByteClass =>
        IndexOutside<TClass>(ref MemoryMarshal.GetReference(bytes), 0, bytes.Length) == bytes.Length;

    private static int IndexOutsideRest<TClass>(ref byte head, int position, int end)
        where TClass : struct, IByteClass
    {
        for (; position + Vector128<byte>.Count <= end; position += Vector128<byte>.Count)
        {
            uint outside = TClass.Outside(Vector128.LoadUnsafe(ref head, (nuint)position)).ExtractMostSignificantBits();
            if (outside != 0)
            {
                return position + BitOperations.TrailingZeroCount(outside);
            }
        }
        if (position >= end)
        {
            return end;
        }
        if (end >= Vector128<byte>.Count)
        {
            int start = end - Vector128<byte>.Count;
            uint outside = TClass.Outside(Vector128.LoadUnsafe(ref head, (nuint)start)).ExtractMostSignificantBits();
            outside >>= position - start;
            return outside == 0 ? end : position + BitOperations.TrailingZeroCount(outside);
        }
        return IndexOutsideFew<TClass>(ref head, position, end);
    }

    /// <summary>Inputs shorter than a vector: one byte at a time, with the same definition of the class.</summary>
    private static int IndexOutsideFew<TClass>(ref byte head, int position, int end)
        where TClass : struct, IByteClass
    {
        while (position < end && TClass.Outside(Vector128.Create(Unsafe.Add(ref head, position))) == Vector128<byte>.Zero)
        {
            position++;
        }
        return position;
    }
}
