using System.Net;
using System.Text;
using Carousel.Control.Admin;
using Xunit;

namespace Carousel.Tests.Admin;

/// <summary>Access control.</summary>
public class AdminGateTests
{
    private const string Servers = "http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green";
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("localhost:7778", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:80", 200)]
    [InlineData("10.1.2.3", 200)]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example:7778", 421)]
    public async Task Host_WithoutAToken_MustBeAnAddressOrLocalhost(string host, int expected)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, _) = await admin.AskAsync(HttpMethod.Get, "/api/v1/servers", null, ("Host", host));

        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer 0123456789abcdeF", 401)]
    [InlineData("Bearer 0123456789abcde", 401)]
    [InlineData("Basic 0123456789abcdef", 401)]
    [InlineData("0123456789abcdef", 401)]
    [InlineData("Bearer 0123456789abcdef", 200)]
    [InlineData("bearer 0123456789abcdef", 200)]
    public async Task Token_Configured_IsRequired(string? authorization, int expected)
    {
        await using Admin admin = await Admin.StartAsync(Servers, Token);
        (string, string)[] fields = authorization is null ? [] : [("Authorization", authorization)];

        using HttpResponseMessage response = await admin.SendAsync(HttpMethod.Get, "/api/v1/servers", null, [("Host", "lb.example"), .. fields]);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(expected == 401, response.Headers.WwwAuthenticate.Count == 1);
    }

    [Theory]
    [InlineData("/healthz", 200, "ok\n")]
    [InlineData("/readyz", 200, "ready\n")]
    public async Task OpenToAll_WithATokenAndAnyHost_NeedsNone(string path, int expected, string text)
    {
        await using Admin admin = await Admin.StartAsync(Servers, Token);

        Assert.Equal((expected, text), await admin.AskAsync(HttpMethod.Get, path, null, ("Host", "lb.example")));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://localhost:7778", 200)]
    [InlineData("Accept", "*/*", 200)]
    public async Task Change_CrossSite_IsRejected(string name, string value, int expected)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, _) = await admin.AskAsync(HttpMethod.Post, "/api/v1/servers/blue/drain", null, ("Host", "localhost:7778"), (name, value));

        Assert.Equal(expected, status);
        Assert.Equal(expected == 200, admin.Named("blue").Entry.Drain);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Change_FormContentType_IsRejected(string type)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        using HttpResponseMessage response = await admin.SendAsync(HttpMethod.Put, "/api/v1/servers/blue/weight", new StringContent("{\"weight\":3}", Encoding.UTF8, type));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(1, admin.Named("blue").Entry.Weight);
    }

    [Fact]
    public async Task Response_OtherOrigin_HasNoCors()
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        using HttpResponseMessage get = await admin.SendAsync(HttpMethod.Get, "/api/v1/servers", null, ("Origin", "http://evil.example"));
        using HttpResponseMessage preflight = await admin.SendAsync(
            HttpMethod.Options, "/api/v1/servers", null, ("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST"));

        Assert.DoesNotContain(get.Headers.Concat(preflight.Headers), header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("same-origin", Assert.Single(get.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.Equal(HttpStatusCode.Forbidden, preflight.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("DELETE", "/api/v1/servers", 405)]
    [InlineData("GET", "/api/v1/servers/blu", 404)]
    public async Task UnknownRoute_ReturnsAProblem(string method, string path, int expected)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        using HttpResponseMessage response = await admin.SendAsync(new HttpMethod(method), path, null);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\"detail\":\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_PortTaken_Throws()
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        var options = new AdminOptions(admin.Server.EndPoint);

        AdminStartException e = await Assert.ThrowsAsync<AdminStartException>(() => AdminServer.StartAsync(options, Admin.Over(Servers)));

        Assert.StartsWith($"--admin {admin.Server.EndPoint}: the port is in use", e.Message);
    }

    [Fact]
    public async Task Start_NoSuchAddress_Throws()
    {
        var options = new AdminOptions(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 7778));

        AdminStartException e = await Assert.ThrowsAsync<AdminStartException>(() => AdminServer.StartAsync(options, Admin.Over(Servers)));

        Assert.Equal("--admin 192.0.2.1:7778: this machine has no such address", e.Message);
    }
}
