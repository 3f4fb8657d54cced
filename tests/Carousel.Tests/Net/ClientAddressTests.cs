using System.Net;
using System.Text;
using Carousel.Core.Net;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Net;

/// <summary>ClientAddress compared with the framework's parser and formatter.</summary>
public sealed class ClientAddressTests
{
    private static readonly Gen<byte[]> AnyAddress = Gen.OneOf(
        Gen.Byte.Array[4],
        Gen.Byte.Array[16],
        // Realistic addresses: most groups are zero or short.
        Gen.Int[0, 5].Select(i => (ushort)(i < 3 ? 0 : i == 3 ? 1 : i == 4 ? 0xdb8 : 0xffff)).Array[8]
            .Select(groups => groups.SelectMany(group => new[] { (byte)(group >> 8), (byte)group }).ToArray()),
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes).MapToIPv6().GetAddressBytes()));

    [Theory]
    [InlineData("203.0.113.9")]
    [InlineData("203.0.113.9:4711")]
    [InlineData("203.0.113.9:_hidden")]
    [InlineData("\"203.0.113.9:4711\"")]
    [InlineData("::ffff:203.0.113.9")]
    [InlineData("::FFFF:cb00:7109")]
    [InlineData("0:0:0:0:0:ffff:203.0.113.9")]
    [InlineData("[::ffff:203.0.113.9]:4711")]
    public void TryReadNode_Inet4Forms_GiveOneAddress(string text) => Assert.Equal("203.0.113.9", Read(text));

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("2001:DB8::1")]
    [InlineData("2001:0db8::0001")]
    [InlineData("2001:db8:0:0:0:0:0:1")]
    [InlineData("2001:db8::0.0.0.1")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("\"[2001:db8::1]\"")]
    [InlineData("\"[2001:db8::1]:443\"")]
    [InlineData("2001:db8::1%eth0")]
    [InlineData("[2001:db8::1%25eth0]:_port")]
    public void TryReadNode_Inet6Forms_GiveOneAddress(string text) => Assert.Equal("2001:db8::1", Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"203.0.113.9")]
    [InlineData("unknown")]
    [InlineData("_hidden")]
    [InlineData("203.0.113")]
    [InlineData("203.0.113.9.1")]
    [InlineData("203.0.113.09")]
    [InlineData("203.000.113.9")]
    [InlineData("203.0.113.256")]
    [InlineData("203.0.113.9 ")]
    [InlineData("0xcb007109")]
    [InlineData("3405803785")]
    [InlineData("203.0.113.9:")]
    [InlineData("203.0.113.9:123456")]
    [InlineData("203.0.113.9:80a")]
    [InlineData("203.0.113.9:_")]
    [InlineData("[203.0.113.9]")]
    [InlineData("[2001:db8::1")]
    [InlineData("[2001:db8::1]443")]
    [InlineData("[2001:db8::1]:")]
    [InlineData("2001:db8::1::")]
    [InlineData("2001:db8:1")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7::8")]
    [InlineData(":1::")]
    [InlineData("1::2:")]
    [InlineData("12345::")]
    [InlineData("::1.2.3")]
    [InlineData("::1.2.3.4:1")]
    [InlineData("%eth0")]
    public void TryReadNode_InvalidText_IsFalse(string text) => Assert.Null(Read(text));

    [Fact]
    public void Format_AnyAddress_ParsesBackHereAndInTheFramework() => AnyAddress.Sample(bytes =>
    {
        var address = ClientAddress.From(bytes);
        var expected = new IPAddress(bytes);
        expected = expected.IsIPv4MappedToIPv6 ? expected.MapToIPv4() : expected;
        string text = address.ToString();
        Assert.True(text.Length <= ClientAddress.MaxText);
        Assert.Equal(expected, IPAddress.Parse(text));
        // The framework writes the end of some more addresses with dots (ISATAP); RFC 5952 allows both.
        if (expected.ToString() is var theirs && (theirs.Contains('.') == text.Contains('.')))
        {
            Assert.Equal(theirs, text);
        }
        Assert.Equal(text, Read(theirs));
        Assert.Equal(text, Read(expected.GetAddressBytes().Length == 4 ? $"{theirs}:80" : $"[{theirs.ToUpperInvariant()}]:80"));
    });

    [Fact]
    public void TryRead_AnyText_AcceptsOnlyWhatTheFrameworkAccepts()
    {
        Gen<string> text = Gen.OneOf(
            Gen.String[Gen.Char["0123456789abcdefABCDEF:.::"], 0, 24],
            AnyAddress.Select(bytes => new IPAddress(bytes).ToString()).SelectMany(whole => Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Char[":0f.1x"].Select(c => c == 'x' ? "" : $"{c}"))
                .Select((at, with) => string.Concat(whole.AsSpan(0, at), with, whole.AsSpan(at + 1)))));
        text.Sample(candidate =>
        {
            bool isOurs = AddressText.TryRead(Encoding.ASCII.GetBytes(candidate), out ClientAddress ours);
            bool isTheirs = IPAddress.TryParse(candidate, out IPAddress? theirs);
            // The framework also accepts inet_aton forms: fewer parts, and octal, also at the end of IPv6.
            string inet4 = candidate[(candidate.LastIndexOf(':') + 1)..];
            bool isLoose = (!candidate.Contains(':') && inet4.Count(c => c == '.') != 3)
                || (inet4.Contains('.') && inet4.Split('.').Any(part => part.Length > 1 && part[0] == '0'));
            Assert.Equal(isTheirs && !isLoose, isOurs);
            Assert.True(!isOurs || ours == ClientAddress.From(theirs!.GetAddressBytes()), candidate);
        });
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "203.0.113.9", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("192.0.2.7/32", "192.0.2.7", true)]
    [InlineData("192.0.2.7/32", "192.0.2.8", false)]
    public void Contains_Network_MatchesAllFormsOfItsAddresses(string network, string address, bool isIn)
    {
        Assert.True(AddressText.TryRead(Encoding.ASCII.GetBytes(address), out ClientAddress client));
        Assert.Equal(isIn, new AddressSet([IPNetwork.Parse(network)]).Contains(client));
    }

    [Fact]
    public void Contains_AnyNetworkAndAddress_AgreesWithTheFramework() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.Double[0, 1], Gen.Byte.Array[16], Gen.Int[0, 128]).Sample((network, share, other, same) =>
        {
            int prefix = (int)(share * network.Length * 8);
            byte[] address = other[..network.Length];
            for (int bit = 0; bit < Math.Min(same, network.Length * 8); bit++)
            {
                int mask = 0x80 >> (bit % 8);
                address[bit / 8] = (byte)((address[bit / 8] & ~mask) | (network[bit / 8] & mask));
            }
            for (int bit = prefix; bit < network.Length * 8; bit++)
            {
                network[bit / 8] &= (byte)~(0x80 >> (bit % 8));
            }
            var theirs = new IPNetwork(new IPAddress(network), prefix);
            Assert.Equal(theirs.Contains(new IPAddress(address)), new AddressSet([theirs]).Contains(ClientAddress.From(address)));
        });

    [Fact]
    public void ReadAndFormat_AllocateNothing()
    {
        byte[][] texts = ["203.0.113.9:4711"u8.ToArray(), "[2001:DB8::1]:443"u8.ToArray(), "::ffff:203.0.113.9"u8.ToArray(), "unknown"u8.ToArray()];
        var trusted = new AddressSet([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32")]);
        byte[] room = new byte[ClientAddress.MaxText];
        int length = 0;
        Assert.Equal(0, WarmAllocation.Least(1000, () =>
        {
            foreach (byte[] text in texts)
            {
                AddressText.TryReadNode(text, out ClientAddress address);
                length += trusted.Contains(address) ? 1 : address.Format(room);
            }
        }));
        Assert.NotEqual(0, length);
    }

    private static string? Read(string text) => AddressText.TryReadNode(Encoding.ASCII.GetBytes(text), out ClientAddress address) ? address.ToString() : null;
}
