using System.Buffers.Text;
using System.Text;

namespace Carousel.Bench.Wire;

/// <summary>The head of a request or a response, parsed as far as these programs need: the proxies' messages are valid.</summary>
internal readonly ref struct Head
{
    private readonly ReadOnlySpan<byte> _lines;

    private Head(ReadOnlySpan<byte> lines)
    {
        int end = lines.IndexOf("\r\n"u8);
        StartLine = lines[..end];
        _lines = lines[(end + 2)..];
        Length = lines.Length + 2;
    }

    /// <summary>Without its line ending.</summary>
    public ReadOnlySpan<byte> StartLine { get; }

    /// <summary>Its length in bytes, including the empty line.</summary>
    public int Length { get; }

    /// <summary>The Content-Length; -1 if absent.</summary>
    public int ContentLength => Utf8Parser.TryParse(Field("Content-Length"u8), out int length, out _) ? length : -1;

    /// <summary>True if the connection closes after this message.</summary>
    public bool Closes => Ascii.EqualsIgnoreCase(Field("Connection"u8), "close"u8)
        || (StartLine.IndexOf("HTTP/1.0"u8) >= 0 && !Ascii.EqualsIgnoreCase(Field("Connection"u8), "keep-alive"u8));

    /// <summary>False if the empty line has not arrived yet.</summary>
    public static bool TryTake(ReadOnlySpan<byte> bytes, out Head head)
    {
        int end = bytes.IndexOf("\r\n\r\n"u8);
        head = end < 0 ? default : new Head(bytes[..(end + 2)]);
        return end >= 0;
    }

    /// <summary>The value of a field; empty if absent.</summary>
    public ReadOnlySpan<byte> Field(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> left = _lines;
        while (left.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            ReadOnlySpan<byte> line = left[..end];
            if (line.Length > name.Length && line[name.Length] == (byte)':' && Ascii.EqualsIgnoreCase(line[..name.Length], name))
            {
                return line[(name.Length + 1)..].Trim((byte)' ');
            }

            left = left[(end + 2)..];
        }

        return [];
    }
}
