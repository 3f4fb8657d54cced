using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>The traceparent field (https://www.w3.org/TR/trace-context, section 3.2). Pure; allocates nothing.</summary>
/// <param name="TraceId">The request's trace, never 0.</param>
/// <param name="ParentId">The sender's span, never 0.</param>
/// <param name="IsSampled">The sender records the trace.</param>
internal readonly record struct TraceParent(UInt128 TraceId, ulong ParentId, bool IsSampled)
{
    /// <summary>Length of the text: <c>00-</c>, 32 digits, <c>-</c>, 16 digits, <c>-</c>, 2 digits.</summary>
    public const int TextLength = 55;

    private const int TraceAt = 3, TraceDigits = 32, ParentAt = 36, ParentDigits = 16, FlagsAt = 53, FlagsDigits = 2;
    private const byte SampledFlag = 1;

    /// <summary>
    /// Parses a value; false if it is invalid. Required are lower-case digits, ids that are not all zeros, and nothing after version 00. Of
    /// later versions the fields of 00 are read, as section 4.3 requires.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out TraceParent parsed)
    {
        parsed = default;
        if (text.Length < TextLength || text[2] != '-' || text[ParentAt - 1] != '-' || text[FlagsAt - 1] != '-')
        {
            return false;
        }
        bool isVersion = TryHex(text[..2], out ulong version) && version != 0xFF && (text.Length == TextLength || version != 0 && text[TextLength] == '-');
        if (!isVersion
            || !TryHex(text.Slice(TraceAt, TraceDigits / 2), out ulong high) || !TryHex(text.Slice(TraceAt + TraceDigits / 2, TraceDigits / 2), out ulong low)
            || !TryHex(text.Slice(ParentAt, ParentDigits), out ulong parent) || !TryHex(text.Slice(FlagsAt, FlagsDigits), out ulong flags)
            || (high | low) == 0 || parent == 0)
        {
            return false;
        }
        parsed = new TraceParent(new UInt128(high, low), parent, (flags & SampledFlag) != 0);
        return true;
    }

    /// <summary>Writes the value as version 00 into the first <see cref="TextLength"/> bytes.</summary>
    public void Format(Span<byte> to)
    {
        Span<byte> ids = stackalloc byte[Unsafe.SizeOf<UInt128>() + sizeof(ulong)];
        BinaryPrimitives.WriteUInt128BigEndian(ids, TraceId);
        BinaryPrimitives.WriteUInt64BigEndian(ids[Unsafe.SizeOf<UInt128>()..], ParentId);
        "00-"u8.CopyTo(to);
        Convert.TryToHexStringLower(ids[..Unsafe.SizeOf<UInt128>()], to[TraceAt..], out _);
        to[ParentAt - 1] = (byte)'-';
        Convert.TryToHexStringLower(ids[Unsafe.SizeOf<UInt128>()..], to[ParentAt..], out _);
        (IsSampled ? "-01"u8 : "-00"u8).CopyTo(to[(FlagsAt - 1)..]);
    }

    /// <summary>Parses up to 16 lower-case digits.</summary>
    private static bool TryHex(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        foreach (byte digit in text)
        {
            int number = digit is >= (byte)'0' and <= (byte)'9' ? digit - '0' : digit is >= (byte)'a' and <= (byte)'f' ? digit - 'a' + 10 : -1;
            if (number < 0)
            {
                return false;
            }
            value = value << 4 | (uint)number;
        }
        return true;
    }
}
