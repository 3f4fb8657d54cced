using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>Appends to a buffer that the caller has made large enough; too small a one is a bug and throws.</summary>
internal ref struct HeadWriter(Span<byte> output)
{
    private readonly Span<byte> _output = output;

    public int Length { get; private set; }

    /// <summary>Inlined, so that constants become a few moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_output[Length..]);
        Length += bytes.Length;
    }

    public void AppendLine(scoped ReadOnlySpan<byte> nameAndColon, scoped ReadOnlySpan<byte> value)
    {
        Append(nameAndColon);
        Append(value);
        Append("\r\n"u8);
    }

    public void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _output[Length..], out int written);
        Length += written;
    }
}
