using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Carousel.Core.Net;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Formats fields of records. Does not allocate.</summary>
internal static class RecordBytes
{
    /// <summary>Bytes of a session's hash: among a million sessions the probability of a collision is 1 in 37 million.</summary>
    private const int SessionHashBytes = 8;

    /// <summary>An IPv4 address in dotted form, or an IPv6 address as in RFC 5952.</summary>
    public static void AppendAddress(ByteBuffer to, UInt128 address)
    {
        Span<byte> text = stackalloc byte[ClientAddress.MaxText];
        to.Append(text[..new ClientAddress(address).Format(text)]);
    }

    /// <summary>A session as a hash, the same on every replica. The id itself is secret: it grants access to the session.</summary>
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

    /// <summary>The value of X-Request-Id.</summary>
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
        // "O": seven fractional digits and Z.
        Span<byte> room = to.Extend(28);
        Utf8Formatter.TryFormat(time, room, out int written, 'O');
        room[written - 2] = (byte)'Z';
        to.Cut(to.Length - 1);
    }

    /// <summary>A number of thousandths with a decimal point: <c>12.345</c>.</summary>
    public static void AppendThousandths(ByteBuffer to, long value)
    {
        to.Append(value / 1000);
        to.Append((byte)'.');
        to.Append(value % 1000, "D3");
    }

    /// <summary>The name of a session outcome; empty for none.</summary>
    public static ReadOnlySpan<byte> Outcome(SessionOutcome outcome) => outcome switch
    {
        SessionOutcome.New => "new"u8,
        SessionOutcome.Returning => "returning"u8,
        SessionOutcome.Moved => "moved"u8,
        SessionOutcome.Stateless => "stateless"u8,
        _ => default,
    };
}
