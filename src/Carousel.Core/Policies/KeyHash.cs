using System.Buffers.Binary;

namespace Carousel.Core.Policies;

/// <summary>
/// The key of a text: 64 bits in which no bit of it is lost, the same on every machine. Eight bytes at a time are folded in by a multiplication, as in
/// wyhash. Who wants two texts of the same key can find them, and gains no more by that than by sending one text twice.
/// </summary>
public static class KeyHash
{
    // Odd, with about as many ones as zeros: the first digits of wyhash's secret.
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
