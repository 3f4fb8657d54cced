namespace Carousel.Core.Policies;

/// <summary>
/// Non-cryptographic random numbers: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). The same seed gives the
/// same numbers. One thread.
/// </summary>
public struct SplitMix(ulong seed)
{
    private const ulong Gamma = 0x9e3779b97f4a7c15;

    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Mix(_state += Gamma);

    /// <summary>A random number from 0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => Below(Next(), count);

    /// <summary>Mixes a number that is not random over all 64 bits: each input bit changes about half of them.</summary>
    public static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }

    /// <summary>The upper half of these bits, scaled to 0 to <paramref name="count"/> - 1 by a multiplication, which is cheaper than a remainder.</summary>
    public static int Below(ulong bits, int count) => (int)(((bits >> 32) * (uint)count) >> 32);
}
