using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Core.Sessions;

/// <summary>
/// The compression function of SHA-256 (FIPS 180-4 section 6.2.2). The framework's implementation needs OpenSSL at run time and allocates; a cookie's
/// signature needs only this function.
/// </summary>
internal static class Sha256Block
{
    public const int Bytes = 64;
    public const int StateWords = 8;

    private const int Rounds = 64;

    /// <summary>The initial hash value (section 5.3.3).</summary>
    public static ReadOnlySpan<uint> Initial =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>The constants of section 4.2.2.</summary>
    private static ReadOnlySpan<uint> K =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Processes one block of <see cref="Bytes"/>.</summary>
    /// <remarks>
    /// The eight words change roles every round; unrolled over eight rounds, none has to be moved. Bounds are checked once, here: the rounds use
    /// references.
    /// </remarks>
    public static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        state = state[..StateWords];
        Span<uint> schedule = stackalloc uint[Rounds];
        ref uint w = ref MemoryMarshal.GetReference(schedule);
        Expand(block[..Bytes], ref w);
        ref uint k = ref MemoryMarshal.GetReference(K);
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (nint i = 0; i < Rounds; i += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, At(ref k, i) + At(ref w, i));
            Round(h, a, b, ref c, d, e, f, ref g, At(ref k, i + 1) + At(ref w, i + 1));
            Round(g, h, a, ref b, c, d, e, ref f, At(ref k, i + 2) + At(ref w, i + 2));
            Round(f, g, h, ref a, b, c, d, ref e, At(ref k, i + 3) + At(ref w, i + 3));
            Round(e, f, g, ref h, a, b, c, ref d, At(ref k, i + 4) + At(ref w, i + 4));
            Round(d, e, f, ref g, h, a, b, ref c, At(ref k, i + 5) + At(ref w, i + 5));
            Round(c, d, e, ref f, g, h, a, ref b, At(ref k, i + 6) + At(ref w, i + 6));
            Round(b, c, d, ref e, f, g, h, ref a, At(ref k, i + 7) + At(ref w, i + 7));
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /// <summary>The message schedule: the block's words, and those derived from them.</summary>
    private static void Expand(ReadOnlySpan<byte> block, ref uint w)
    {
        for (int i = 0; i < 16; i++)
        {
            At(ref w, i) = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        }
        for (nint i = 16; i < Rounds; i++)
        {
            uint early = At(ref w, i - 15), late = At(ref w, i - 2);
            uint s0 = BitOperations.RotateRight(early, 7) ^ BitOperations.RotateRight(early, 18) ^ (early >> 3);
            uint s1 = BitOperations.RotateRight(late, 17) ^ BitOperations.RotateRight(late, 19) ^ (late >> 10);
            At(ref w, i) = At(ref w, i - 16) + s0 + At(ref w, i - 7) + s1;
        }
    }

    /// <summary>Two of the eight words change in a round. Rotations are nested: rotating twice rotates by the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint kw)
    {
        uint sum1 = BitOperations.RotateRight(BitOperations.RotateRight(BitOperations.RotateRight(e, 14) ^ e, 5) ^ e, 6);
        uint choice = ((f ^ g) & e) ^ g;
        uint t1 = h + kw + sum1 + choice;
        uint sum0 = BitOperations.RotateRight(BitOperations.RotateRight(BitOperations.RotateRight(a, 9) ^ a, 11) ^ a, 2);
        uint majority = ((a | b) & c) | (a & b);
        d += t1;
        h = t1 + sum0 + majority;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint At(ref uint words, nint index) => ref Unsafe.Add(ref words, index);
}
