using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// The line of an encoded head that frames the body. It is always written in one form: text that two parsers could read differently
/// (leading zeros, white space, letter case) enables request smuggling.
/// </summary>
internal static class FramingLine
{
    /// <summary>Maximum bytes by which the line can exceed the original: the space after its colon.</summary>
    public const int MaxGrowth = 1;

    /// <summary>Returns true if a framing field's line is already in that form (the name in any case), so that it can be copied.</summary>
    /// <param name="head">The head's first byte.</param>
    /// <param name="field">Content-Length or Transfer-Encoding, with a valid value.</param>
    public static bool MayCopy(ref byte head, in Field field)
    {
        bool isTight = field.Value.Start == field.Name.End + 2 && field.LineEnd == field.Value.End + 2
            && Unsafe.Add(ref head, field.Name.End + 1) == (byte)' ';
        if (!isTight)
        {
            return false;
        }
        ReadOnlySpan<byte> value = field.Value.Of(ref head);
        return field.Known == FieldName.ContentLength
            ? value.Length == 1 || value[0] != (byte)'0'
            : value.SequenceEqual("chunked"u8);
    }

    /// <summary>Writes the line; nothing for a body without a framing field.</summary>
    public static void Prepend(ref HeadWriter writer, BodyKind body, long contentLength)
    {
        if (body == BodyKind.Chunked)
        {
            writer.Prepend("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (body == BodyKind.Length)
        {
            writer.Prepend("\r\n"u8);
            writer.Prepend(contentLength);
            writer.Prepend("Content-Length: "u8);
        }
    }
}
