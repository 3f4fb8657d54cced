using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// The line of a rewritten head that frames the body. It is always written in one form: text that two parsers could read differently
/// (leading zeros, white space, letter case) enables request smuggling.
/// </summary>
internal static class FramingLine
{
    /// <summary>The form for a chunked body.</summary>
    public static ReadOnlySpan<byte> Chunked => "Transfer-Encoding: chunked\r\n"u8;

    /// <summary>Maximum bytes by which the line can exceed the original: the space after its colon.</summary>
    public const int MaxGrowth = 1;

    /// <summary>
    /// Returns true if the field is framing and its line is already in that form (the name in any case), so that it can be copied.
    /// </summary>
    public static bool MayCopy(ReadOnlySpan<byte> head, in Field field) =>
        field.Known is FieldName.ContentLength or FieldName.TransferEncoding && IsCanonical(head, field);

    /// <summary>Writes the line; nothing for a body without a framing field.</summary>
    public static void Write(ref HeadWriter writer, BodyKind body, long contentLength)
    {
        if (body == BodyKind.Chunked)
        {
            writer.Append(Chunked);
        }
        else if (body == BodyKind.Length)
        {
            writer.Append("Content-Length: "u8);
            writer.Append(contentLength);
            writer.Append("\r\n"u8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsCanonical(ReadOnlySpan<byte> head, in Field field)
    {
        int space = field.Name.End + 1;
        bool isTight = field.Value.Start == space + 1 && field.LineEnd == field.Value.End + 2 && head[space] == (byte)' ';
        if (!isTight)
        {
            return false;
        }
        ReadOnlySpan<byte> value = field.Value.Of(head);
        return field.Known == FieldName.ContentLength
            ? value.Length == 1 || value[0] != (byte)'0'
            : value.SequenceEqual("chunked"u8);
    }
}
