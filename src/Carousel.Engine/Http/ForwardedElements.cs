using System.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// An element of Forwarded (RFC 7239 section 4), written by one proxy. The slices of the head are without quotes, and empty for a missing
/// parameter.
/// </summary>
internal struct ForwardedElement
{
    public Slice For;
    public Slice Host;
    public Slice Proto;
}

/// <summary>Reads the Forwarded fields of a request as one list. Pure; allocates nothing.</summary>
internal static class ForwardedElements
{
    /// <summary>Number of elements kept, the last ones: earlier elements are beyond <see cref="ForwardedFor.MaxHops"/>.</summary>
    public const int Kept = ForwardedFor.MaxHops;

    /// <summary>The value is no list of elements (RFC 7239 section 4).</summary>
    public const int Malformed = -1;

    /// <summary>
    /// Reads all lines. Returns the number of elements, or <see cref="Malformed"/>. Element i is at i modulo <see cref="Kept"/> of
    /// <paramref name="elements"/> if it is among the last.
    /// </summary>
    /// <remarks>
    /// Values that require quotes (an address with a port) are accepted without them, because some proxies omit them. White space around
    /// <c>;</c> and <c>,</c> is skipped. A backslash is refused: no value used here needs one.
    /// </remarks>
    public static int Read(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, Span<ForwardedElement> elements)
    {
        int count = 0;
        foreach (ref readonly Field field in fields)
        {
            if (field.Known == FieldName.Forwarded && !ReadLine(head[..field.Value.End], field.Value.Start, elements, ref count))
            {
                return Malformed;
            }
        }
        return count;
    }

    private static bool ReadLine(ReadOnlySpan<byte> text, int at, Span<ForwardedElement> elements, ref int count)
    {
        while (at < text.Length)
        {
            ForwardedElement element = default;
            bool isEmpty = true;
            while (true)
            {
                at = SkipBlanks(text, at);
                if (at < text.Length && text[at] is not ((byte)';' or (byte)','))
                {
                    isEmpty = false;
                    at = ReadPair(text, at, ref element);
                    if (at < 0)
                    {
                        return false;
                    }
                    at = SkipBlanks(text, at);
                }
                if (at >= text.Length || text[at] != (byte)';')
                {
                    break;
                }
                at++;
            }
            if (at < text.Length && text[at] != (byte)',')
            {
                return false;
            }
            at++;
            if (!isEmpty)
            {
                elements[count++ % Kept] = element;
            }
        }
        return true;
    }

    /// <summary>Reads <c>name=value</c>; returns its end, or <see cref="Malformed"/>. A name must not repeat within an element.</summary>
    private static int ReadPair(ReadOnlySpan<byte> text, int at, ref ForwardedElement element)
    {
        int equals = text[at..].IndexOf((byte)'=');
        if (equals <= 0 || !Scan.IsAll<TokenBytes>(text.Slice(at, equals)))
        {
            return Malformed;
        }
        ReadOnlySpan<byte> name = text.Slice(at, equals);
        int end = ReadValue(text, at + equals + 1, out Slice value);
        if (end < 0)
        {
            return Malformed;
        }
        bool isTaken = Ascii.EqualsIgnoreCase(name, "for"u8) ? TrySet(ref element.For, value)
            : Ascii.EqualsIgnoreCase(name, "host"u8) ? TrySet(ref element.Host, value)
            : !Ascii.EqualsIgnoreCase(name, "proto"u8) || TrySet(ref element.Proto, value);
        return isTaken ? end : Malformed;
    }

    /// <summary>Reads a quoted string, or the text up to the next <c>;</c>, <c>,</c> or white space. It must not be empty.</summary>
    private static int ReadValue(ReadOnlySpan<byte> text, int at, out Slice value)
    {
        value = default;
        bool isQuoted = at < text.Length && text[at] == (byte)'"';
        int start = isQuoted ? at + 1 : at;
        int length = isQuoted ? text[start..].IndexOf((byte)'"') : text[start..].IndexOfAny(";, \t"u8);
        length = length < 0 && !isQuoted ? text.Length - start : length;
        if (length <= 0 || text.Slice(start, length).IndexOfAny((byte)'\\', (byte)'"') >= 0)
        {
            return Malformed;
        }
        value = new Slice((ushort)start, (ushort)length);
        return isQuoted ? value.End + 1 : value.End;
    }

    private static bool TrySet(ref Slice slice, Slice value)
    {
        bool isFirst = slice.IsEmpty;
        slice = value;
        return isFirst;
    }

    private static int SkipBlanks(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t')
        {
            at++;
        }
        return at;
    }
}
