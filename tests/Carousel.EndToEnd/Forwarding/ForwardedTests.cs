using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Forwarding;

/// <summary>Fields that tell a server about the client: X-Forwarded-*, Forwarded (RFC 7239), Via (RFC 9110 section 7.6.3).</summary>
public class ForwardedTests
{
    private const string Claims = "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: claimed.example\r\nForwarded: for=1.2.3.4;proto=https\r\n";

    [Fact]
    public async Task Client_WithoutFields_ForwardedFieldsAreSet()
    {
        Message request = await PassOnAsync("");
        Assert.Equal("127.0.0.1", request["X-Forwarded-For"]);
        Assert.Equal("http", request["X-Forwarded-Proto"]);
        Assert.Equal("site.example:8080", request["X-Forwarded-Host"]);
        Assert.StartsWith("1.1 ", request["Via"]);
        Assert.Null(request["Forwarded"]);
    }

    [Fact]
    public async Task Client_Untrusted_FieldsAreReplaced()
    {
        Message request = await PassOnAsync(Claims, "--trusted-proxy", "10.0.0.0/8");
        Assert.Equal("127.0.0.1", request["X-Forwarded-For"]);
        Assert.Equal("http", request["X-Forwarded-Proto"]);
        Assert.Equal("site.example:8080", request["X-Forwarded-Host"]);
        Assert.Null(request["Forwarded"]);
        Assert.DoesNotContain("1.2.3.4", request.Head);
    }

    [Fact]
    public async Task Client_Trusted_FieldsAreKeptAndForIsAppended()
    {
        Message request = await PassOnAsync(Claims, "--trusted-proxy", "127.0.0.0/8");
        Assert.Equal("1.2.3.4, 127.0.0.1", request["X-Forwarded-For"]);
        Assert.Equal("https", request["X-Forwarded-Proto"]);
        Assert.Equal("claimed.example", request["X-Forwarded-Host"]);
        Assert.StartsWith("for=1.2.3.4;proto=https", request["Forwarded"]);
    }

    [Fact]
    public async Task Client_TrustedWithoutFields_ForwardedFieldsAreSet()
    {
        Message request = await PassOnAsync("", "--trusted-proxy", "127.0.0.0/8");
        Assert.Equal("127.0.0.1", request["X-Forwarded-For"]);
        Assert.Equal("http", request["X-Forwarded-Proto"]);
        Assert.Equal("site.example:8080", request["X-Forwarded-Host"]);
    }

    [Fact]
    public async Task Forwarded_Enabled_IsSentToo()
    {
        Message request = await PassOnAsync("Forwarded: for=6.6.6.6\r\n", "--forwarded");
        string forwarded = request["Forwarded"]!;
        Assert.Contains("for=127.0.0.1", forwarded);
        Assert.Contains("proto=http", forwarded);
        Assert.Contains("host=\"site.example:8080\"", forwarded);
        Assert.DoesNotContain("6.6.6.6", forwarded);
        Assert.Equal("127.0.0.1", request["X-Forwarded-For"]);
    }

    [Fact]
    public async Task Forwarded_EnabledWithTrustedClient_IsAppended()
    {
        Message request = await PassOnAsync("Forwarded: for=6.6.6.6\r\n", "--forwarded", "--trusted-proxy", "127.0.0.1/32");
        Assert.StartsWith("for=6.6.6.6", request["Forwarded"]);
        Assert.Contains("for=127.0.0.1", request["Forwarded"]);
    }

    [Fact]
    public async Task Via_OfEarlierProxies_IsAppendedTo()
    {
        Message request = await PassOnAsync("Via: 1.0 fred\r\n");
        Assert.StartsWith("1.0 fred, 1.1 ", request["Via"]);
    }

    [Fact]
    public async Task Via_OfHttp10Client_NamesItsVersion()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        await balancer.RequestAsync("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        Assert.StartsWith("1.0 ", Assert.Single(server.Requests)["Via"]);
    }

    private static async Task<Message> PassOnAsync(string fields, params string[] options)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, options);
        Assert.Equal(200, (await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: site.example:8080\r\n{fields}\r\n")).Status);
        return Assert.Single(server.Requests);
    }
}
