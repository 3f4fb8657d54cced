using System.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// Names not allowed as trailers (RFC 9110 section 6.5.1): those of framing, routing, authentication and content format, because a
/// recipient that merges trailers into the head would treat them as the head's own, and the forwarding fields that servers trust.
/// </summary>
/// <remarks>
/// A name is identified by a hash of its folded bytes (<see cref="ForwardingNames.Fold(byte)"/>), computed as they arrive, so that the
/// decoder need not store them. Another name with the same hash would be refused too; a listed name always is.
/// </remarks>
internal static class TrailerNames
{
    /// <summary>The hash of an empty name (FNV-1a, 64 bits).</summary>
    public const ulong EmptyHash = 0xcbf29ce484222325;

    private static readonly ulong[] Names =
    [
        Hash("authorization"u8), Hash("connection"u8), Hash("content-encoding"u8), Hash("content-length"u8),
        Hash("content-range"u8), Hash("content-type"u8), Hash("cookie"u8), Hash("expect"u8), Hash("forwarded"u8), Hash("host"u8),
        Hash("keep-alive"u8), Hash("max-forwards"u8), Hash("proxy-authenticate"u8), Hash("proxy-authorization"u8),
        Hash("proxy-connection"u8), Hash("set-cookie"u8), Hash("te"u8), Hash("trailer"u8), Hash("transfer-encoding"u8),
        Hash("upgrade"u8), Hash("via"u8), Hash("www-authenticate"u8), Hash("x-forwarded"u8),
        .. Array.ConvertAll(ForwardingNames.Listed, name => Hash(Encoding.ASCII.GetBytes(name))),
    ];

    private static readonly ulong[] Prefixes = [Hash("x-carousel-"u8), Hash("x-forwarded-"u8), Hash("x-session-"u8)];

    /// <summary>Returns the hash after one more token byte.</summary>
    public static ulong Add(ulong hash, byte value) => (hash ^ ForwardingNames.Fold(value)) * 0x100000001b3;

    /// <summary>Returns true if a name with this hash is not allowed.</summary>
    public static bool IsForbidden(ulong hash) => Names.AsSpan().Contains(hash);

    /// <summary>Returns true if names with a prefix of this hash are not allowed.</summary>
    public static bool IsForbiddenPrefix(ulong hash) => Prefixes.AsSpan().Contains(hash);

    private static ulong Hash(ReadOnlySpan<byte> name)
    {
        ulong hash = EmptyHash;
        foreach (byte value in name)
        {
            hash = Add(hash, value);
        }
        return hash;
    }
}
