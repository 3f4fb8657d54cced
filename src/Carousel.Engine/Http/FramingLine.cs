using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// The one line of a rewritten head that says where the body ends. It is always written in one form, since what two parsers could
/// read in two ways (leading zeros, white space, letter case) is what request smuggling is made of.
/// </summary>
internal static class FramingLine
{
    /// <summary>The form for a body of chunks.</summary>
    public static ReadOnlySpan<byte> Chunked => "Transfer-Encoding: chunked\r\n"u8;

    /// <summary>Most bytes that the line can be longer than an original one: the space after its colon.</summary>
    public const int MaxGrowth = 1;

    /// <summary>
    /// True if the field is framing and its line is in that form already (whatever the case of its name), so that it may be copied
    /// as it is.
    /// </summary>
    public static bool MayCopy(ReadOnlySpan<byte> head, in Field field) =>
        field.Known is FieldName.ContentLength or FieldName.TransferEncoding && IsCanonical(head, field);

    /// <summary>Writes the line; nothing for a body that no field frames.</summary>
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
