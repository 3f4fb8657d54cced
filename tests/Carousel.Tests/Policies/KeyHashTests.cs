using System.Numerics;
using System.Text;
using Carousel.Core.Policies;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Policies;

public class KeyHashTests
{
    [Fact]
    public void Of_SameBytes_SameKey() => Gen.Byte.Array.Sample(bytes => KeyHash.Of(bytes) == KeyHash.Of([.. bytes]));

    [Fact]
    public void Of_OneBitDiffers_HalfOfTheKeyDiffers()
    {
        byte[] text = Encoding.ASCII.GetBytes("session=0123456789abcdef; path");
        double sum = 0;
        for (int bit = 0; bit < text.Length * 8; bit++)
        {
            byte[] other = [.. text];
            other[bit / 8] ^= (byte)(1 << bit % 8);
            int differ = BitOperations.PopCount(KeyHash.Of(text) ^ KeyHash.Of(other));
            Assert.InRange(differ, 10, 54);
            sum += differ;
        }
        Assert.InRange(sum / (text.Length * 8), 30, 34);
    }

    [Fact]
    public void Of_PrefixesAndZeros_AllDiffer() =>
        Assert.Equal(101, Enumerable.Range(0, 101).Select(length => KeyHash.Of(new byte[length])).Distinct().Count());

    [Fact]
    public void Of_AddressesOfOneNetwork_SpreadEvenly()
    {
        int[] counts = new int[16];
        for (int i = 0; i < 64_000; i++)
        {
            counts[KeyHash.Of(Encoding.ASCII.GetBytes($"10.1.{i / 256}.{i % 256}")) >> 60]++;
        }
        Assert.All(counts, count => Assert.InRange(count, 3_600, 4_400));
    }
}
