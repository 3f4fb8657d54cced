using System.Net;
using Carousel.Core.Net;
using Carousel.Engine.Linux;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Linux;

public sealed class SockAddrTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", 4)]
    [InlineData("0.0.0.0", "0.0.0.0", 4)]
    [InlineData("255.255.255.255", "255.255.255.255", 4)]
    [InlineData("::1", "::1", 16)]
    [InlineData("::", "::", 16)]
    [InlineData("2001:db8::1:2", "2001:db8::1:2", 16)]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 16)]
    [InlineData("::ffff:192.0.2.33", "192.0.2.33", 4)]
    [InlineData("fe80::1%3", "fe80::1", 16)]
    public void AddressBytes_AnyAddress_GivesTheClientAddress(string address, string text, int bytes)
    {
        SockAddr made = SockAddr.From(IPAddress.Parse(address), 65535);
        Assert.Equal(text, ClientAddress.From(made.AddressBytes).ToString());
        Assert.Equal(65535, made.Port);
        Assert.Equal(bytes, made.AddressBytes.Length);
        Assert.Equal(address.Contains(':') ? (SockAddr.Inet6, 28) : (SockAddr.Inet, 16), (made.Family, made.Length));
    }

    [Fact]
    public void From_AnyBytesAndPort_RoundTrips() => Gen.Select(Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.Int[0, 65535]).Sample((bytes, port) =>
    {
        SockAddr made = SockAddr.From(new IPAddress(bytes), port);
        var address = new IPAddress(bytes);
        byte[] expected = address.IsIPv4MappedToIPv6 ? address.MapToIPv4().GetAddressBytes() : bytes;
        return made.Port == port && made.AddressBytes.SequenceEqual(expected);
    });
}
