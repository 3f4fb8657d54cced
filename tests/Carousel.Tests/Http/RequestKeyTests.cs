using System.Text;
using Carousel.Core.Policies;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

public class RequestKeyTests
{
    private const string Client = "192.0.2.7";

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
    [InlineData("", true, Client)]
    public void Of_Source_IsTheClientAsThoseSawItWhomWeTrust(string fields, bool isTrusted, string hashed) =>
        AssertHashed(hashed, HashBy.Source, "", Get(fields), isTrusted);

    [Fact]
    public void Of_AnyRequest_AllocatesNothing()
    {
        var request = ParsedRequest.Of(Encoding.ASCII.GetBytes(Get("Cookie: a=b; id=17\r\nX: y\r\n") + "\r\n"), new HeadLimits(4096, 20));
        byte[] address = Encoding.ASCII.GetBytes(Client);
        foreach (HashBy by in Enum.GetValues<HashBy>())
        {
            var key = new RequestKey(by, "id");
            Assert.Equal(0, WarmAllocation.Least(1000, () => key.Of(request.Bytes, request.Head, request.Fields, Info(address, true))));
        }
    }

    private static string Get(string fields) => "GET / HTTP/1.1\r\nHost: h\r\n" + fields;

    private static void AssertHashed(string hashed, HashBy by, string name, string head, bool isTrusted = false)
    {
        var request = ParsedRequest.Of(Encoding.ASCII.GetBytes(head + "\r\n"), new HeadLimits(4096, 20));
        Assert.Equal(ParseStatus.Complete, request.Status);
        ForwardingInfo info = Info(Encoding.ASCII.GetBytes(Client), isTrusted);
        Assert.Equal(KeyHash.Of(Encoding.ASCII.GetBytes(hashed)), new RequestKey(by, name).Of(request.Bytes, request.Head, request.Fields, info));
    }

    private static ForwardingInfo Info(byte[] address, bool isTrusted) =>
        new() { ClientAddress = address, Scheme = "http"u8, FallbackHost = default, TrustClient = isTrusted };
}
