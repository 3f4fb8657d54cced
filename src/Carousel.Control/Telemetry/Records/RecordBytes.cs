using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Texts of what is in records. Nothing here allocates.</summary>
internal static class RecordBytes
{
    private const int AddressBytes = 16;

    /// <summary>Bytes of the hash that stands for a session: of a million sessions two are called the same with a probability of 1 in 37 million.</summary>
    private const int SessionHashBytes = 8;

    /// <summary>An IPv4 address with dots, an IPv6 address as RFC 5952 writes it.</summary>
    public static void AppendAddress(ByteBuffer to, UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        if ((address >> 32) == 0xFFFF)
        {
            for (int i = 12; i < AddressBytes; i++)
            {
                to.Append(i == 12 ? default : "."u8);
                to.Append((long)bytes[i]);
            }
            return;
        }
        (int zeros, int zerosEnd) = LongestZeros(bytes);
        for (int i = 0; i < AddressBytes / 2; i++)
        {
            if (i == zeros)
            {
                to.Append("::"u8);
                i = zerosEnd - 1;
                continue;
            }
            to.Append(i == 0 || i == zerosEnd ? default : ":"u8);
            to.Append(BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]), "x");
        }
    }

    /// <summary>What stands for a session in what is shown: a hash, since whoever has the id is the visitor to servers. The same on every replica.</summary>
    public static void AppendSession(ByteBuffer to, UInt128 session)
    {
        Span<byte> id = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128BigEndian(id, session);
        SHA256.HashData(id, hash);
        to.AppendHex(BinaryPrimitives.ReadUInt64BigEndian(hash[..SessionHashBytes]));
    }

    /// <summary>A trace's id as 32 hexadecimal digits.</summary>
    public static void AppendTrace(ByteBuffer to, UInt128 trace)
    {
        to.AppendHex((ulong)(trace >> 64));
        to.AppendHex((ulong)trace);
    }

    /// <summary>What X-Request-Id says.</summary>
    public static ReadOnlySpan<byte> RequestId(RecordCopy copy, Span<byte> room)
    {
        ReadOnlySpan<byte> given = copy.Text(RecordText.GivenId);
        if (!given.IsEmpty)
        {
            return given;
        }
        copy.Record.Id.TryFormat(room, out int written, "x16", CultureInfo.InvariantCulture);
        return room[..written];
    }

    /// <summary>Microseconds since 1970 as <c>2026-11-26T20:19:35.123456Z</c>.</summary>
    public static void AppendTime(ByteBuffer to, long unixMicros)
    {
        var time = new DateTime(DateTime.UnixEpoch.Ticks + unixMicros * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
        // "O": seven digits behind the point, and Z.
        Span<byte> room = to.Extend(28);
        Utf8Formatter.TryFormat(time, room, out int written, 'O');
        room[written - 2] = (byte)'Z';
        to.Cut(to.Length - 1);
    }

    /// <summary>A number of thousandths with its point: <c>12.345</c>.</summary>
    public static void AppendThousandths(ByteBuffer to, long value)
    {
        to.Append(value / 1000);
        to.Append((byte)'.');
        to.Append(value % 1000, "D3");
    }

    /// <summary>What a visit is called; empty for none.</summary>
    public static ReadOnlySpan<byte> Visit(RecordedVisit visit) => visit switch
    {
        RecordedVisit.New => "new"u8,
        RecordedVisit.Returning => "returning"u8,
        RecordedVisit.Moved => "moved"u8,
        RecordedVisit.Stateless => "stateless"u8,
        _ => default,
    };

    /// <summary>The longest run of two or more groups of zeros, the first of equal ones; (-1, -1) if there is none.</summary>
    private static (int Start, int End) LongestZeros(ReadOnlySpan<byte> address)
    {
        (int start, int end) = (-1, -1);
        for (int i = 0; i < AddressBytes / 2;)
        {
            int run = i;
            while (run < AddressBytes / 2 && BinaryPrimitives.ReadUInt16BigEndian(address[(2 * run)..]) == 0)
            {
                run++;
            }
            if (run - i >= 2 && run - i > end - start)
            {
                (start, end) = (i, run);
            }
            i = Math.Max(run, i + 1);
        }
        return (start, end);
    }
}
