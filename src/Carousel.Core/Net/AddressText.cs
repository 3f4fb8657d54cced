using System.Buffers;

namespace Carousel.Core.Net;

/// <summary>Parses client addresses in the form of X-Forwarded-For and of Forwarded's <c>for</c> (RFC 7239 section 6). Pure; allocates nothing.</summary>
/// <remarks>
/// As strict as inet_pton: an IPv4 part with a leading zero is rejected, because some parsers read it as octal and others as decimal. <c>unknown</c>
/// and obfuscated identifiers (<c>_hidden</c>) are rejected as well.
/// </remarks>
public static class AddressText
{
    private const int MaxPortDigits = 5;

    private static readonly SearchValues<byte> Obfuscated = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    /// <summary>
    /// Parses <c>203.0.113.9</c>, <c>203.0.113.9:4711</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]</c>, <c>[2001:db8::1]:443</c>, with or without
    /// quotes. The port, which may be obfuscated, and the zone of an IPv6 address are discarded.
    /// </summary>
    public static bool TryReadNode(ReadOnlySpan<byte> text, out ClientAddress address)
    {
        address = default;
        if (text.Length >= 2 && text[0] == (byte)'"' && text[^1] == (byte)'"')
        {
            text = text[1..^1];
        }
        if (text.IsEmpty)
        {
            return false;
        }
        if (text[0] == (byte)'[')
        {
            int close = text.IndexOf((byte)']');
            return close > 0 && IsPortOrNothing(text[(close + 1)..]) && TryReadInet6(text[1..close], out address);
        }
        int colon = text.IndexOf((byte)':');
        if (colon >= 0 && text[(colon + 1)..].Contains((byte)':'))
        {
            return TryReadInet6(text, out address);
        }
        return colon < 0 ? TryReadInet4(text, out address) : IsPortOrNothing(text[colon..]) && TryReadInet4(text[..colon], out address);
    }

    /// <summary>Parses a single address: dotted IPv4, or IPv6 with or without a zone.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out ClientAddress address) =>
        text.Contains((byte)':') ? TryReadInet6(text, out address) : TryReadInet4(text, out address);

    private static bool TryReadInet4(ReadOnlySpan<byte> text, out ClientAddress address)
    {
        bool isAddress = TryReadInet4(text, out uint bits);
        address = isAddress ? ClientAddress.FromInet4(bits) : default;
        return isAddress;
    }

    private static bool TryReadInet4(ReadOnlySpan<byte> text, out uint bits)
    {
        bits = 0;
        int at = 0;
        for (int part = 0; part < 4; part++)
        {
            if (part > 0 && (at >= text.Length || text[at++] != (byte)'.'))
            {
                return false;
            }
            int start = at;
            uint value = 0;
            while (at < text.Length && at - start < 3 && text[at] is >= (byte)'0' and <= (byte)'9')
            {
                value = (value * 10) + text[at++] - '0';
            }
            if (at == start || value > 255 || (text[start] == (byte)'0' && at - start > 1))
            {
                return false;
            }
            bits = (bits << 8) | value;
        }
        return at == text.Length;
    }

    /// <summary>RFC 4291 section 2.2: eight groups, or fewer with one <c>::</c>; the last two may be written as IPv4.</summary>
    private static bool TryReadInet6(ReadOnlySpan<byte> text, out ClientAddress address)
    {
        address = default;
        int zone = text.IndexOf((byte)'%');
        text = zone < 0 ? text : text[..zone];
        UInt128 bits = 0;
        int groups = 0, gap = -1, at = 0;
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            at = 2;
        }
        while (at < text.Length)
        {
            int end = EndOfHex(text, at);
            if (end < text.Length && text[end] == (byte)'.')
            {
                if (groups > 6 || !TryReadInet4(text[at..], out uint tail))
                {
                    return false;
                }
                bits = (bits << 32) | tail;
                groups += 2;
                break;
            }
            if (end == at || end - at > 4 || groups == 8)
            {
                return false;
            }
            bits = (bits << 16) | Hex(text[at..end]);
            groups++;
            at = end;
            if (at == text.Length)
            {
                break;
            }
            // Either a colon followed by a group, or one double colon.
            bool isGap = at + 1 < text.Length && text[at + 1] == (byte)':';
            if (text[at] != (byte)':' || (isGap ? gap >= 0 : at + 1 == text.Length))
            {
                return false;
            }
            gap = isGap ? groups : gap;
            at += isGap ? 2 : 1;
        }
        return Spread(bits, groups, gap, out address);
    }

    /// <summary>Inserts the zeros that <c>::</c> stands for.</summary>
    private static bool Spread(UInt128 bits, int groups, int gap, out ClientAddress address)
    {
        address = default;
        if (gap < 0 ? groups != 8 : groups > 7)
        {
            return false;
        }
        if (gap >= 0)
        {
            int behind = 16 * (groups - gap);
            UInt128 mask = (UInt128.One << behind) - 1;
            UInt128 before = gap == 0 ? 0 : (bits >> behind) << (16 * (8 - gap));
            bits = before | (bits & mask);
        }
        address = new ClientAddress(bits);
        return true;
    }

    private static int EndOfHex(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && char.IsAsciiHexDigit((char)text[at]))
        {
            at++;
        }
        return at;
    }

    private static uint Hex(ReadOnlySpan<byte> digits)
    {
        uint value = 0;
        foreach (byte digit in digits)
        {
            value = (value << 4) | (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }
        return value;
    }

    /// <summary>Nothing, <c>:4711</c>, or <c>:_hidden</c> (RFC 7239 section 6.3).</summary>
    private static bool IsPortOrNothing(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return true;
        }
        if (text[0] != (byte)':' || text.Length == 1)
        {
            return false;
        }
        text = text[1..];
        return text[0] == (byte)'_'
            ? text.Length > 1 && text.IndexOfAnyExcept(Obfuscated) < 0
            : text.Length <= MaxPortDigits && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }
}
