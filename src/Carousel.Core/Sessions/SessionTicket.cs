using System.Buffers.Binary;
namespace Carousel.Core.Sessions;

/// <summary>The signed content of a cookie: the session, its assigned server, the time of issue and the key.</summary>
/// <param name="Id">The session.</param>
/// <param name="ServerTag">The assigned server's tag.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="KeyId">The key that signs it.</param>
public readonly record struct SessionTicket(SessionId Id, ulong ServerTag, uint IssuedAt, uint KeyId)
{
    /// <summary>Bytes that are signed.</summary>
    public const int Bytes = 4 + 4 + SessionId.Bytes + 8;

    /// <summary>Bytes of the signature after the ticket: 128 of the 256 bits of HMAC-SHA256 (RFC 2104 section 5 requires at least half).</summary>
    public const int MacBytes = 16;

    /// <summary>Bytes including the signature: a multiple of three, so that there is exactly one base64 text.</summary>
    public const int SignedBytes = Bytes + MacBytes;

    /// <summary>The ticket in the first <see cref="Bytes"/> of <paramref name="from"/>.</summary>
    public static SessionTicket Read(ReadOnlySpan<byte> from) => new(
        SessionId.From(from[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(from[24..]),
        BinaryPrimitives.ReadUInt32BigEndian(from),
        BinaryPrimitives.ReadUInt32BigEndian(from[4..]));

    /// <summary>Writes the first <see cref="Bytes"/> of <paramref name="to"/>.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, IssuedAt);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], KeyId);
        Id.Write(to[8..]);
        BinaryPrimitives.WriteUInt64BigEndian(to[24..], ServerTag);
    }
}
