using System.Net;
using System.Text;
using Carousel.Core.Net;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

/// <summary>The client, scheme and host derived from trusted peers, and which of two contradicting fields is passed on.</summary>
public sealed class ClientOriginTests
{
    private const string Peer = "192.0.2.7";

    private static readonly AddressSet Trusted = new([IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8:1::/48")]);

    [Theory]
    [InlineData("", Peer)]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9:4711", "203.0.113.9")]
    [InlineData("[2001:DB8::1]:443", "2001:db8::1")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    // The last untrusted address: an untrusted peer wrote the ones before it.
    [InlineData("198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("198.51.100.1, 203.0.113.9, 192.0.2.80", "203.0.113.9")]
    [InlineData("198.51.100.1, 203.0.113.9, ::ffff:192.0.2.80, [2001:db8:1::5]:80", "203.0.113.9")]
    // All are trusted: the first.
    [InlineData("192.0.2.1, 192.0.2.2", "192.0.2.1")]
    // Not an address: the proxy that wrote it is used.
    [InlineData("unknown", Peer)]
    [InlineData("203.0.113.9, _hidden", Peer)]
    [InlineData("203.0.113.9, unknown, 192.0.2.80", "192.0.2.80")]
    [InlineData("203.0.113.009", Peer)]
    // Empty elements are ignored.
    [InlineData(",, 203.0.113.9 ,\t,", "203.0.113.9")]
    public void Address_XForwardedFor_IsTheLastUntrusted(string list, string expected)
    {
        Assert.Equal(expected, Read($"X-Forwarded-For: {list}\r\n").Address);
        Assert.Equal(expected, Read($"X-Forwarded-For: {list.Replace(",", "\r\nx-forwarded-for: ", StringComparison.Ordinal)}\r\n").Address);
    }

    [Fact]
    public void Address_MoreHopsThanTheLimit_AreNotFollowed()
    {
        string list = "203.0.113.9" + string.Concat(Enumerable.Range(1, ForwardedFor.MaxHops).Select(i => $", 192.0.2.{i}"));
        Assert.Equal("192.0.2.1", Read($"X-Forwarded-For: {list}\r\n").Address);
        string forwarded = "for=203.0.113.9" + string.Concat(Enumerable.Range(1, ForwardedFor.MaxHops).Select(i => $", for=192.0.2.{i}"));
        Assert.Equal("192.0.2.1", Read($"Forwarded: {forwarded}\r\n").Address);
    }

    [Theory]
    [InlineData("proto=https", Peer, true, "")]
    [InlineData("Proto=HTTPS", Peer, true, "")]
    [InlineData("for=203.0.113.9;proto=https;host=shop.example", "203.0.113.9", true, "shop.example")]
    [InlineData("for=\"203.0.113.9:4711\";proto=\"https\";host=\"shop.example:8443\"", "203.0.113.9", true, "shop.example:8443")]
    [InlineData("For=\"[2001:db8::1]:443\" ; by=_us ; Proto=http", "2001:db8::1", false, "")]
    [InlineData("for=203.0.113.9:4711;host=shop.example:8443", "203.0.113.9", false, "shop.example:8443")]
    [InlineData("for=_hidden;proto=https", Peer, true, "")]
    [InlineData("for=unknown", Peer, false, "")]
    [InlineData("note=\"a,b;c\";for=203.0.113.9", "203.0.113.9", false, "")]
    // The element that names the client supplies the rest, else the next one towards the balancer.
    [InlineData("for=198.51.100.1;proto=https, for=203.0.113.9;proto=http", "203.0.113.9", false, "")]
    [InlineData("for=203.0.113.9;proto=https;host=a, for=192.0.2.80;proto=http;host=b", "203.0.113.9", true, "a")]
    [InlineData("for=203.0.113.9, for=192.0.2.80;proto=https;host=b", "203.0.113.9", true, "b")]
    [InlineData("proto=https;host=a, for=203.0.113.9", "203.0.113.9", false, "")]
    [InlineData(" , ;;for=203.0.113.9;; , ", "203.0.113.9", false, "")]
    public void Forwarded_WithoutXForwarded_Applies(string list, string address, bool isHttps, string host)
    {
        Seen seen = Read($"Forwarded: {list}\r\n");
        Assert.Equal(new Seen(address, isHttps, host, PassesForwarded: true), seen);
        Assert.Equal(seen, Read($"Forwarded: {list.Replace(", f", "\r\nforwarded: f", StringComparison.Ordinal)}\r\nX-Forwarded-For: ,\r\nX-Forwarded-Proto:\r\n"));
    }

    [Theory]
    [InlineData("https")]
    [InlineData("for")]
    [InlineData("for=")]
    [InlineData("=a")]
    [InlineData("for=\"203.0.113.9")]
    [InlineData("for=\"\"")]
    [InlineData("for=203.0.113.9 proto=https")]
    [InlineData("for=203.0.113.9;for=203.0.113.10")]
    [InlineData("proto=https;proto=http")]
    [InlineData("proto=\"htt\\ps\"")]
    [InlineData("for =203.0.113.9")]
    [InlineData("proto=ht\"tps\"")]
    [InlineData("host=\"a b\"")]
    [InlineData("host=\"user@shop.example\"")]
    public void Forwarded_Malformed_IsIgnoredAndDropped(string list) =>
        Assert.Equal(new Seen(Peer, false, "", PassesForwarded: false), Read($"Forwarded: for=203.0.113.9;proto=https\r\nForwarded: {list}\r\n"));

    [Theory]
    [InlineData("https", true)]
    [InlineData("HTTPS", true)]
    [InlineData("https, http", true)]
    [InlineData("http, https", false)]
    [InlineData(" ,https", true)]
    [InlineData("\"https\"", false)]
    [InlineData("httpss", false)]
    [InlineData("", false)]
    public void Scheme_XForwardedProto_IsTheFirst(string list, bool isHttps) => Assert.Equal(isHttps, Read($"X-Forwarded-Proto: {list}\r\n").IsHttps);

    [Theory]
    // It agrees.
    [InlineData("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n", "for=203.0.113.9;proto=https", true, true)]
    [InlineData("X-Forwarded-For: 203.0.113.9:1\r\nX-Forwarded-Proto: https\r\n", "for=\"[::ffff:203.0.113.9]:2\";proto=HTTPS", true, true)]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n", "by=_us", true, true)]
    [InlineData("X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example, b\r\n", "host=SHOP.example", true, true)]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\n", "host=h;proto=http", false, true)]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\n", "for=_hidden", false, true)]
    // It disagrees or contains more: it may be the client's own.
    [InlineData("X-Forwarded-Proto: http\r\n", "proto=https", false, false)]
    [InlineData("X-Forwarded-Proto: https\r\n", "proto=http", true, false)]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\n", "proto=https", false, false)]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\n", "for=198.51.100.1", false, false)]
    [InlineData("X-Forwarded-Proto: https\r\n", "for=203.0.113.9", true, false)]
    [InlineData("X-Forwarded-For: 203.0.113.9\r\n", "host=evil.example", false, false)]
    [InlineData("X-Forwarded-Host: shop.example\r\n", "host=evil.example", false, false)]
    public void Forwarded_BesideXForwarded_IsPassedOnOnlyIfItAgrees(string fields, string forwarded, bool isHttps, bool passes)
    {
        Seen without = Read(fields);
        Assert.Equal(isHttps, without.IsHttps);
        Assert.Equal(without with { PassesForwarded = passes }, Read($"{fields}Forwarded: {forwarded}\r\n"));
    }

    [Fact]
    public void Believe_UntrustedPeer_ChangesNothing() =>
        Assert.Equal(
            new Seen(Peer, false, "", PassesForwarded: false),
            Read("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a\r\nForwarded: for=203.0.113.9;proto=https\r\n", isTrusted: false));

    private static Seen Read(string fields, bool isTrusted = true)
    {
        var request = ParsedRequest.Of(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n"), Heads.Limits);
        Assert.Equal(ParseStatus.Complete, request.Status);
        Assert.True(AddressText.TryRead(Encoding.ASCII.GetBytes(Peer), out ClientAddress peer));
        var info = new ForwardingInfo(peer, Encoding.ASCII.GetBytes(Peer), isHttps: false) { TrustClient = isTrusted };
        info.Believe(request.Head, Trusted, new byte[ForwardingInfo.MaxAddress]);
        ClientOrigin origin = info.Origin;
        Assert.Equal(origin.Address.ToString(), Encoding.ASCII.GetString(info.Client));
        RequestEdits.Apply(request.Head, info);
        string sent = Encoding.ASCII.GetString(RequestRewriting.Encode(request.Head));
        bool passes = !fields.Contains("Forwarded: ", StringComparison.Ordinal) || sent.Contains("\nForwarded: ", StringComparison.Ordinal);
        return new Seen(origin.Address.ToString(), origin.IsHttps, request.Text(origin.Host), passes);
    }

    private sealed record Seen(string Address, bool IsHttps, string Host, bool PassesForwarded);
}
