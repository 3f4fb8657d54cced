using System.Numerics;

namespace Carousel.Engine.Http;

/// <summary>Writes the framing lines of a chunked body (RFC 9112 section 7.1).</summary>
internal static class ChunkEncoder
{
    /// <summary>Maximum length of a size line: eight digits and CR LF.</summary>
    public const int MaxSizeLine = 10;

    /// <summary>Written after a chunk's data.</summary>
    public static ReadOnlySpan<byte> ChunkEnd => "\r\n"u8;

    /// <summary>Ends the body, without trailers. Written after the last chunk's <see cref="ChunkEnd"/>.</summary>
    public static ReadOnlySpan<byte> BodyEnd => "0\r\n\r\n"u8;

    /// <summary>Writes the line before a chunk's data and returns its length.</summary>
    /// <param name="output">At least <see cref="MaxSizeLine"/> bytes.</param>
    /// <param name="size">Bytes of data, at least 1: a chunk of 0 would end the body.</param>
    public static int WriteSizeLine(Span<byte> output, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        int digits = (BitOperations.Log2((uint)size) / 4) + 1;
        for (int i = digits - 1; i >= 0; i--)
        {
            output[i] = "0123456789abcdef"u8[size & 0xf];
            size >>= 4;
        }
        "\r\n"u8.CopyTo(output[digits..]);
        return digits + 2;
    }
}
