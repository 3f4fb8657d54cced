using System.Net;
using System.Text;
using Carousel.Core.Net;
using Carousel.Core.Policies;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Http;

public class RequestKeyTests
{
    private const string Client = "192.0.2.7";

    private static readonly byte[] ClientBytes = Encoding.ASCII.GetBytes(Client);
    private static readonly byte[] Room = new byte[ForwardingInfo.MaxAddress];
    private static readonly ClientAddress Peer = ClientAddress.From([192, 0, 2, 7]);
    private static readonly AddressSet Trusted = new([IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8:1::/48")]);

    [Theory]
    [InlineData("GET /a/b?c=d HTTP/1.1\r\nHost: h\r\n", "/a/b?c=d")]
    [InlineData("GET http://h/a HTTP/1.1\r\nHost: h\r\n", "/a")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: h\r\n", Client)]
    public void Of_Url_IsPathAndQuery(string head, string hashed) => AssertHashed(hashed, HashBy.Url, "", head);

    [Theory]
    [InlineData("Cookie: id=17\r\n", "17")]
    [InlineData("Cookie: a=b; id=17; id=18\r\n", "17")]
    [InlineData("Cookie: a=b\r\ncookie: c=d;id= 17 \r\n", "17")]
    [InlineData("Cookie: ID=17; xid=18\r\n", Client)]
    [InlineData("Cookie: id=\r\n", Client)]
    [InlineData("X: id=17\r\n", Client)]
    public void Of_Cookie_IsItsValueOrTheSource(string fields, string hashed) => AssertHashed(hashed, HashBy.Cookie, "id", Get(fields));

    [Theory]
    [InlineData("X-Tenant: blue\r\n", "blue")]
    [InlineData("x-tenant: blue\r\nX-Tenant: green\r\n", "blue")]
    [InlineData("X-Tenant:\r\n", Client)]
    [InlineData("X-Tenants: blue\r\n", Client)]
    public void Of_Header_IsItsValueOrTheSource(string fields, string hashed) => AssertHashed(hashed, HashBy.Header, "X-Tenant", Get(fields));

    [Theory]
    [InlineData("", false, Client)]
    [InlineData("X-Forwarded-For: 10.1.1.1\r\n", false, Client)]
    [InlineData("X-Forwarded-For: 10.1.1.1\r\n", true, "10.1.1.1")]
    [InlineData("X-Forwarded-For: 10.1.1.1, 10.2.2.2\r\nX-Forwarded-For: 10.3.3.3 , 10.4.4.4\r\n", true, "10.4.4.4")]
    [InlineData("X-Forwarded-For: \r\n", true, Client)]
    [InlineData("X-Forwarded-For: 203.0.113.9:4711\r\n", true, "203.0.113.9")]
    [InlineData("X-Forwarded-For: 203.0.113.9:4712\r\n", true, "203.0.113.9")]
    [InlineData("X-Forwarded-For: ::ffff:203.0.113.9\r\n", true, "203.0.113.9")]
    [InlineData("X-Forwarded-For: 2001:db8::1\r\n", true, "2001:db8::1")]
    [InlineData("X-Forwarded-For: 2001:DB8:0::1\r\n", true, "2001:db8::1")]
    [InlineData("X-Forwarded-For: [2001:db8::1]:443\r\n", true, "2001:db8::1")]
    [InlineData("X-Forwarded-For: \"[2001:0db8::1]\"\r\n", true, "2001:db8::1")]
    [InlineData("X-Forwarded-For: unknown\r\n", true, Client)]
    [InlineData("Forwarded: for=\"[2001:DB8::1]:443\"\r\n", true, "2001:db8::1")]
    [InlineData("Forwarded: for=203.0.113.9\r\n", false, Client)]
    [InlineData("", true, Client)]
    public void Of_Source_IsTheClientFromTrustedProxies(string fields, bool isTrusted, string hashed) =>
        AssertHashed(hashed, HashBy.Source, "", Get(fields), isTrusted);

    [Theory]
    [InlineData("X-Real-IP", false, Client)]
    [InlineData("X-Real-IP", true, "9.9.9.9")]
    [InlineData("X-Forwarded-For", false, Client)]
    [InlineData("X-Tenant", false, "9.9.9.9")]
    public void Of_ForwardingHeader_IsUsedOnlyIfThePeerIsTrusted(string name, bool isTrusted, string hashed) =>
        AssertHashed(hashed, HashBy.Header, name, Get($"{name}: 9.9.9.9\r\n"), isTrusted);

    [Fact]
    public void Of_AnyRequest_AllocatesNothing()
    {
        var request = ParsedRequest.Of(Encoding.ASCII.GetBytes(Get("Cookie: a=b; id=17\r\nX: y\r\n") + "\r\n"), new HeadLimits(4096, 20));
        foreach (HashBy by in Enum.GetValues<HashBy>())
        {
            var key = new RequestKey(by, "id");
            Assert.Equal(0, WarmAllocation.Least(1000, () => key.Of(request.Head, Info(request, true))));
        }
    }

    private static string Get(string fields) => "GET / HTTP/1.1\r\nHost: h\r\n" + fields;

    private static void AssertHashed(string hashed, HashBy by, string name, string head, bool isTrusted = false)
    {
        var request = ParsedRequest.Of(Encoding.ASCII.GetBytes(head + "\r\n"), new HeadLimits(4096, 20));
        Assert.Equal(ParseStatus.Complete, request.Status);
        ForwardingInfo info = Info(request, isTrusted);
        Assert.Equal(KeyHash.Of(Encoding.ASCII.GetBytes(hashed)), new RequestKey(by, name).Of(request.Head, info));
    }

    private static ForwardingInfo Info(ParsedRequest request, bool isTrusted)
    {
        var info = new ForwardingInfo(Peer, ClientBytes, isHttps: false) { TrustClient = isTrusted };
        info.Believe(request.Head, Trusted, Room);
        return info;
    }
}
