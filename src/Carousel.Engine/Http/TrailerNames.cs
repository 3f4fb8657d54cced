using System.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// Names that must not be trailers (RFC 9110 section 6.5.1): those of framing, routing, authentication and content format, since
/// a recipient that merges trailers into the head would take them for the head's own; and those that servers believe.
/// </summary>
/// <remarks>
/// A name is recognised by a hash of its folded bytes (<see cref="ForwardingNames.Fold(byte)"/>) that is computed while they arrive, so that the decoder need not keep
/// them. If another name had the same hash it would be refused too; a listed one never gets through.
/// </remarks>
internal static class TrailerNames
{
    /// <summary>The hash of no bytes (FNV-1a, 64 bits).</summary>
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

    /// <summary>The hash of the bytes so far and one more token byte.</summary>
    public static ulong Add(ulong hash, byte value) => (hash ^ ForwardingNames.Fold(value)) * 0x100000001b3;

    /// <summary>True if the whole name has this hash and is not allowed.</summary>
    public static bool IsForbidden(ulong hash) => Names.AsSpan().Contains(hash);

    /// <summary>True if a name that starts like this is not allowed, whatever follows.</summary>
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
