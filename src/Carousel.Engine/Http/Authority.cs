using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary><c>uri-host [ ":" port ]</c> (RFC 9110 section 7.2), as in Host and in absolute targets.</summary>
internal static class Authority
{
    /// <summary>Maximum accepted length: the longest DNS name, a colon and five digits.</summary>
    public const int MaxBytes = MaxHostBytes + 1 + MaxPortDigits;

    private const int MaxHostBytes = 255;
    private const int MaxPortDigits = 5;

    /// <summary>
    /// True for a name, an IPv4 address or an IPv6 address in brackets, with or without a port of 0 to 65535 (which may be empty). User
    /// information, an empty host and IPvFuture are refused. The text inside brackets is checked for allowed characters only.
    /// </summary>
    /// <param name="head">The head's first byte.</param>
    /// <param name="slice">The authority's position in the head.</param>
    public static bool IsWellFormed(ref byte head, Slice slice)
    {
        if (slice.IsEmpty || slice.Length > MaxBytes)
        {
            return false;
        }
        int hostEnd = Unsafe.Add(ref head, slice.Start) == (byte)'['
            ? EndOfAddress(ref head, slice.Start, slice.End)
            : EndOfName(ref head, slice.Start, slice.End);
        if (hostEnd == slice.Start || hostEnd - slice.Start > MaxHostBytes)
        {
            return false;
        }
        return hostEnd == slice.End
            || (Unsafe.Add(ref head, hostEnd) == (byte)':' && IsPort(ref head, hostEnd + 1, slice.End));
    }

    private static int EndOfName(ref byte head, int position, int end)
    {
        while (true)
        {
            position = Scan.IndexOutside<HostNameBytes>(ref head, position, end);
            bool isEncoded = position + 2 < end && Unsafe.Add(ref head, position) == (byte)'%'
                && char.IsAsciiHexDigit((char)Unsafe.Add(ref head, position + 1))
                && char.IsAsciiHexDigit((char)Unsafe.Add(ref head, position + 2));
            if (!isEncoded)
            {
                return position;
            }
            position += 3;
        }
    }

    /// <summary>Returns the position after the closing bracket, or <paramref name="start"/> if this is no bracketed address.</summary>
    private static int EndOfAddress(ref byte head, int start, int end)
    {
        for (int at = start + 1; at < end; at++)
        {
            byte value = Unsafe.Add(ref head, at);
            if (value == (byte)']')
            {
                return at == start + 1 ? start : at + 1;
            }
            if (value is not ((byte)':' or (byte)'.') && !char.IsAsciiHexDigit((char)value))
            {
                return start;
            }
        }
        return start;
    }

    private static bool IsPort(ref byte head, int position, int end)
    {
        if (end - position > MaxPortDigits)
        {
            return false;
        }
        int port = 0;
        for (; position < end; position++)
        {
            int digit = Unsafe.Add(ref head, position) - '0';
            if ((uint)digit > 9)
            {
                return false;
            }
            port = (port * 10) + digit;
        }
        return port <= ushort.MaxValue;
    }
}
