using System.Buffers.Binary;

namespace Carousel.Core.Policies;

/// <summary>
/// Hashes a text to a 64-bit key, the same on every machine, in which every input bit counts. Eight bytes at a time are folded in by a
/// multiplication, as in wyhash. Not collision-resistant: two texts with the same key gain an attacker no more than sending one text twice.
/// </summary>
public static class KeyHash
{
    // Odd, with about as many ones as zeros: from wyhash's secret.
    private const ulong Start = 0xa0761d6478bd642f, Factor = 0xe7037ed1a0b428db;

    /// <summary>The key of these bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> text)
    {
        ulong hash = Start ^ (ulong)text.Length;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text));
        }
        ulong rest = 0;
        foreach (byte b in text)
        {
            rest = (rest << 8) | b;
        }
        return SplitMix.Mix(Fold(hash ^ rest));
    }

    private static ulong Fold(ulong word)
    {
        ulong high = Math.BigMul(word, Factor, out ulong low);
        return high ^ low;
    }
}
