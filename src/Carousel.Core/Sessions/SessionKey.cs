using System.Buffers.Binary;

namespace Carousel.Core.Sessions;

/// <summary>
/// A key that signs cookies: HMAC-SHA256 (RFC 2104). The padded key blocks are hashed in advance, so that a signature costs two blocks. Immutable,
/// any thread, allocates nothing.
/// </summary>
public sealed class SessionKey
{
    /// <summary>Bytes of a secret.</summary>
    public const int SecretBytes = 32;

    /// <summary>Longest message that fits into one block with padding and length.</summary>
    internal const int MaxMessage = Sha256Block.Bytes - 9;

    private readonly byte[] _secret;
    private readonly uint[] _inner;
    private readonly uint[] _outer;

    /// <param name="id">Start of its use in seconds since 1970; not unique if two replicas create a key at once.</param>
    /// <param name="secret"><see cref="SecretBytes"/> random bytes.</param>
    /// <exception cref="ArgumentException">The secret has a wrong length.</exception>
    public SessionKey(uint id, ReadOnlySpan<byte> secret)
    {
        if (secret.Length != SecretBytes)
        {
            throw new ArgumentException($"expected a secret of {SecretBytes} bytes, found {secret.Length}", nameof(secret));
        }
        Id = id;
        _secret = secret.ToArray();
        _inner = Pad(secret, 0x36);
        _outer = Pad(secret, 0x5c);
    }

    /// <summary>Start of its use in seconds since 1970.</summary>
    public uint Id { get; }

    /// <summary>For the store, through which replicas share it; never print it.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>True if both have the same id and secret.</summary>
    public bool IsSameAs(SessionKey other) => Id == other.Id && Secret.SequenceEqual(other.Secret);

    /// <summary>Writes the first bytes of the signature: as many as <paramref name="mac"/> holds, at most 32.</summary>
    internal void Sign(ReadOnlySpan<byte> message, Span<byte> mac)
    {
        Span<byte> digest = stackalloc byte[32];
        Finish(_inner, message, digest);
        Finish(_outer, digest, digest);
        digest[..mac.Length].CopyTo(mac);
    }

    private static uint[] Pad(ReadOnlySpan<byte> secret, byte with)
    {
        Span<byte> block = stackalloc byte[Sha256Block.Bytes];
        secret.CopyTo(block);
        foreach (ref byte b in block)
        {
            b ^= with;
        }
        uint[] state = Sha256Block.Initial.ToArray();
        Sha256Block.Compress(state, block);
        return state;
    }

    /// <summary>The digest of one block, hashed in advance, and a message that fits into the next.</summary>
    private static void Finish(uint[] after, ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Span<byte> block = stackalloc byte[Sha256Block.Bytes];
        Span<uint> state = stackalloc uint[Sha256Block.StateWords];
        after.CopyTo(state);
        message.CopyTo(block);
        block[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(block[56..], 8UL * (uint)(Sha256Block.Bytes + message.Length));
        Sha256Block.Compress(state, block);
        for (int i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], state[i]);
        }
    }
}
