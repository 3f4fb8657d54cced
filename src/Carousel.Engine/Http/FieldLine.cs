using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>Reads one field line (RFC 9112 section 5) of a request or response.</summary>
internal static class FieldLine
{
    /// <summary>CR LF as read from memory on little-endian machines. All supported machines are little-endian.</summary>
    public const ushort CrLf = '\r' | ('\n' << 8);

    private const ushort ColonSpace = ':' | (' ' << 8);

    /// <summary>
    /// Reads the line at <paramref name="position"/>, of which at least one byte is available. Returns the start of the next line, or a
    /// <see cref="Stop"/>; then <paramref name="field"/> is undefined.
    /// </summary>
    /// <remarks>
    /// Nearly all lines are <c>name ": " value CRLF</c>, with a value that is neither empty nor surrounded by more white space. These are
    /// read here. All others, valid or not, are left to <see cref="ReadAny"/>.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte head, int position, int length, ref Field field)
    {
        int colon = Scan.IndexOutsideWhole<TokenBytes>(ref head, position, length);
        if (colon <= position || Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref head, colon)) != ColonSpace)
        {
            return ReadAny(ref head, position, length, ref field);
        }
        int start = colon + 2;
        int end = Scan.IndexOutsideWhole<ValueBytes>(ref head, start, length);
        if (end <= start
            || Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref head, end)) != CrLf
            || Unsafe.Add(ref head, start) <= (byte)' '
            || Unsafe.Add(ref head, end - 1) <= (byte)' ')
        {
            return ReadAny(ref head, position, length, ref field);
        }
        return Fill(ref head, position, colon, start, end, end + 2, ref field);
    }

    /// <summary>Reads a line of any valid shape, or returns the error.</summary>
    /// <remarks>
    /// The name must start the line and the colon must follow the name, so folded lines and spaces around names are refused.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadAny(ref byte head, int position, int length, ref Field field)
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
        return Fill(ref head, position, colon, start, end, lineEnd + 2, ref field);
    }

    /// <summary>
    /// Reads the empty line that ends a head; the CR at <paramref name="position"/> was checked. Returns the head's length or a
    /// <see cref="Stop"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadEmpty(ref byte head, int position, int length) =>
        position + 1 < length && Unsafe.Add(ref head, position + 1) == (byte)'\n'
            ? position + 2
            : Stop.At(ref head, position, length, FailureReason.BadLineEnding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Fill(ref byte head, int position, int colon, int start, int end, int next, ref Field field)
    {
        int nameLength = colon - position;
        field = new Field(
            FieldNames.Match(ref Unsafe.Add(ref head, position), nameLength),
            new Slice((ushort)position, (ushort)nameLength),
            new Slice((ushort)start, (ushort)(end - start)),
            (ushort)next);
        return next;
    }

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
