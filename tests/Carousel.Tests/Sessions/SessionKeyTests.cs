using System.Security.Cryptography;
using System.Text;
using Carousel.Core.Sessions;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionKeyTests
{
    /// <summary>RFC 4231 section 4. Shorter keys are padded with zeros anyway (RFC 2104), so padding them to 32 bytes changes nothing.</summary>
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [InlineData("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")]
    [InlineData("0102030405060708090a0b0c0d0e0f10111213141516171819",
        "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b")]
    [InlineData("0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "546573742057697468205472756e636174696f6e", "a3b6167473100ee06e0c796c2955552b")]
    public void Sign_Rfc4231Vectors_Match(string secret, string message, string expected)
    {
        byte[] padded = new byte[SessionKey.SecretBytes], mac = new byte[expected.Length / 2];
        Convert.FromHexString(secret).CopyTo(padded, 0);
        new SessionKey(1, padded).Sign(Convert.FromHexString(message), mac);
        Assert.Equal(expected, Convert.ToHexStringLower(mac));
    }

    [Fact]
    public void Sign_AnySecretAndMessage_MatchesTheFramework() => Gen.Select(
        Gen.Byte.Array[SessionKey.SecretBytes], Gen.Byte.Array[0, SessionKey.MaxMessage], Gen.Int[0, 32]).Sample(
        (secret, message, length) =>
        {
            byte[] mac = new byte[length];
            new SessionKey(1, secret).Sign(message, mac);
            Assert.Equal(HMACSHA256.HashData(secret, message)[..length], mac);
        });

    [Fact]
    public void Sign_MessageAndMacInOnePlace_IsTheSame()
    {
        byte[] both = [.. Enumerable.Range(0, 48).Select(i => (byte)i)];
        byte[] expected = HMACSHA256.HashData(SessionSamples.Key().Secret, both.AsSpan(0, 32));
        SessionSamples.Key().Sign(both.AsSpan(0, 32), both.AsSpan(0, 32));
        Assert.Equal(expected, both[..32]);
    }

    [Fact]
    public void Sign_AfterTheConstructor_AllocatesNothing()
    {
        SessionKey key = SessionSamples.Key();
        byte[] message = new byte[32], mac = new byte[16];
        Assert.Equal(0, WarmAllocation.Least(1_000, () => key.Sign(message, mac)));
    }

    /// <summary>Padded by hand (FIPS 180-4 section 5.1.1), one block and several.</summary>
    [Fact]
    public void Compress_AnyMessage_MatchesTheFramework() => Gen.Byte.Array[0, 300].Sample(message =>
    {
        byte[] padded = new byte[(message.Length + 9 + 63) / 64 * 64];
        message.CopyTo(padded, 0);
        padded[message.Length] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(padded.AsSpan(padded.Length - 8), 8L * message.Length);
        uint[] state = Sha256Block.Initial.ToArray();
        for (int at = 0; at < padded.Length; at += Sha256Block.Bytes)
        {
            Sha256Block.Compress(state, padded.AsSpan(at, Sha256Block.Bytes));
        }
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(message)), string.Concat(state.Select(word => word.ToString("x8"))));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void New_SecretOfAnotherLength_Throws(int length) =>
        Assert.Contains($"{length}", Assert.Throws<ArgumentException>(() => new SessionKey(1, new byte[length])).Message, StringComparison.Ordinal);

    [Fact]
    public void IsSameAs_OtherIdOrSecret_IsFalse()
    {
        Assert.True(SessionSamples.Key(1).IsSameAs(SessionSamples.Key(1)));
        Assert.False(SessionSamples.Key(1).IsSameAs(SessionSamples.Key(2)));
        Assert.False(SessionSamples.Key(1).IsSameAs(SessionSamples.Key(1, shift: 1)));
    }

    /// <summary>A key that is logged by mistake reveals nothing.</summary>
    [Fact]
    public void ToString_DoesNotContainTheSecret() =>
        Assert.DoesNotContain(Convert.ToHexString(SessionSamples.Key().Secret)[..8], $"{SessionSamples.Key()}", StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Secret_ArrayChangedLater_IsUnchanged()
    {
        byte[] secret = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
        var key = new SessionKey(1, secret);
        Array.Clear(secret);
        Assert.Equal("0123456789abcdef0123456789abcdef", Encoding.ASCII.GetString(key.Secret));
    }
}
