using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// Reads <c>HTTP-version SP status-code SP [ reason-phrase ] CRLF</c> (RFC 9112 section 4). The second space may be missing together with
/// the phrase: some servers omit it, and all clients accept that.
/// </summary>
internal static class StatusLine
{
    private const int CodeAt = 9;
    private const int CodeEnd = 12;

    /// <summary>Reads the line at the head's start. Returns the start of the next line, or a <see cref="Stop"/>.</summary>
    public static int Read(ref byte head, int length, ResponseHead response)
    {
        if (length <= CodeEnd + 1)
        {
            return ReadPrefix(ref head, length);
        }
        ulong version = Unsafe.ReadUnaligned<ulong>(ref head);
        response.IsHttp10 = version == MemoryMarshal.Read<ulong>("HTTP/1.0"u8);
        int hundreds = Unsafe.Add(ref head, CodeAt) - '0';
        int tens = Unsafe.Add(ref head, CodeAt + 1) - '0';
        int ones = Unsafe.Add(ref head, CodeAt + 2) - '0';
        bool isWellFormed = (response.IsHttp10 || version == MemoryMarshal.Read<ulong>("HTTP/1.1"u8))
            && Unsafe.Add(ref head, CodeAt - 1) == (byte)' '
            && hundreds is >= 1 and <= 5 && (uint)tens <= 9 && (uint)ones <= 9;
        if (!isWellFormed)
        {
            return Stop.Refuse(FailureReason.BadAnswer);
        }
        response.Status = (hundreds * 100) + (tens * 10) + ones;

        byte separator = Unsafe.Add(ref head, CodeEnd);
        if (separator is not ((byte)' ' or (byte)'\r'))
        {
            return Stop.Refuse(FailureReason.BadAnswer);
        }
        int phrase = separator == (byte)' ' ? CodeEnd + 1 : CodeEnd;
        int lineEnd = Scan.IndexOutside<ValueBytes>(ref head, phrase, length);
        if (lineEnd + 1 >= length || Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref head, lineEnd)) != FieldLine.CrLf)
        {
            return Stop.At(ref head, lineEnd, length, FailureReason.BadAnswer);
        }
        response.ReasonPhrase = new Slice((ushort)phrase, (ushort)(lineEnd - phrase));
        return lineEnd + 2;
    }

    /// <summary>Reads an incomplete status line: refused at the first byte that is invalid.</summary>
    private static int ReadPrefix(ref byte head, int length)
    {
        ReadOnlySpan<byte> shape = "HTTP/1.1 100 "u8;
        for (int i = 0; i < length; i++)
        {
            byte value = Unsafe.Add(ref head, i);
            bool fits = i switch
            {
                7 => value is (byte)'0' or (byte)'1',
                CodeAt => value is >= (byte)'1' and <= (byte)'5',
                CodeAt + 1 or CodeAt + 2 => char.IsAsciiDigit((char)value),
                CodeEnd => value is (byte)' ' or (byte)'\r',
                _ => value == shape[i],
            };
            if (!fits)
            {
                return Stop.Refuse(FailureReason.BadAnswer);
            }
        }
        return Stop.NeedMore;
    }
}
