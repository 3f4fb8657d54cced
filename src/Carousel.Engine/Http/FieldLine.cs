using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>Reads one field line (RFC 9112 section 5), the same way for requests and answers.</summary>
internal static class FieldLine
{
    /// <summary>CR LF as it is read from memory by a little-endian machine, which all that we run on are.</summary>
    public const ushort CrLf = '\r' | ('\n' << 8);

    /// <summary>
    /// Reads the line that starts at <paramref name="position"/>, of which at least one byte is there.
    /// Returns where the next line starts, or a <see cref="Stop"/>; then <paramref name="field"/> says nothing.
    /// </summary>
    /// <remarks>
    /// A name must directly follow the line's start and the colon the name, so folded lines and spaces around names are refused.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte head, int position, int length, ref Field field)
    {
        int colon = Scan.IndexOutside<TokenBytes>(ref head, position, length);
        if (colon >= length || colon == position || Unsafe.Add(ref head, colon) != (byte)':')
        {
            return Stop.At(ref head, colon, length, FailureReason.BadHeader);
        }
        int start = SkipWhiteSpace(ref head, colon + 1, length);
        int lineEnd = Scan.IndexOutside<ValueBytes>(ref head, start, length);
        if (lineEnd + 1 >= length || Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref head, lineEnd)) != CrLf)
        {
            return Stop.At(ref head, lineEnd, length, FailureReason.BadHeader);
        }
        int end = lineEnd;
        while (end > start && IsWhiteSpace(Unsafe.Add(ref head, end - 1)))
        {
            end--;
        }
        FieldName known = FieldNames.Match(ref Unsafe.Add(ref head, position), colon - position);
        int next = lineEnd + 2;
        field = new Field(
            known,
            new Slice((ushort)position, (ushort)(colon - position)),
            new Slice((ushort)start, (ushort)(end - start)),
            (ushort)next);
        return next;
    }

    /// <summary>
    /// Reads the empty line that ends a head; the CR at <paramref name="position"/> was seen. Returns the head's length or a
    /// <see cref="Stop"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadEmpty(ref byte head, int position, int length) =>
        position + 1 < length && Unsafe.Add(ref head, position + 1) == (byte)'\n'
            ? position + 2
            : Stop.At(ref head, position, length, FailureReason.BadLineEnding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipWhiteSpace(ref byte head, int position, int length)
    {
        while (position < length && IsWhiteSpace(Unsafe.Add(ref head, position)))
        {
            position++;
        }
        return position;
    }

    private static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t';
}
