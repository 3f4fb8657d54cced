using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Messages;

/// <summary>The forms of a request target (RFC 9112 section 3.2).</summary>
public class TargetTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/a/../b/./c//d")]
    [InlineData("/%2e%2E/%zz?q=%20+&&x==&\"[]{}|")]
    [InlineData("/?")]
    [InlineData("//double")]
    public async Task OriginForm_AnyPath_ArrivesByteForByte(string target)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal(200, (await balancer.GetAsync(target)).Status);
        Assert.Equal(target, Assert.Single(server.Requests).Target);
    }

    [Theory]
    [InlineData("GET http://real.example:81/path?q HTTP/1.1", "GET /path?q HTTP/1.1", "real.example:81")]
    [InlineData("GET http://real.example HTTP/1.1", "GET / HTTP/1.1", "real.example")]
    [InlineData("GET HTTP://real.example?q HTTP/1.1", "GET /?q HTTP/1.1", "real.example")]
    [InlineData("OPTIONS http://real.example HTTP/1.1", "OPTIONS * HTTP/1.1", "real.example")]
    public async Task AbsoluteForm_WithAnotherHost_ReplacesHost(string line, string expected, string host)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync($"{line}\r\nHost: liar.example\r\n\r\n");
        Assert.Equal(200, response.Status);
        Message request = Assert.Single(server.Requests);
        Assert.Equal(expected, request.StartLine);
        Assert.Equal(host, request["Host"]);
    }

    [Fact]
    public async Task AsteriskForm_Options_IsPassedOn()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal(200, (await balancer.RequestAsync("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        Assert.Equal("OPTIONS * HTTP/1.1", Assert.Single(server.Requests).StartLine);
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PROPFIND")]
    [InlineData("get")]
    public async Task Method_AnyToken_IsPassedOn(string method)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal(200, (await balancer.RequestAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        Assert.Equal(method, Assert.Single(server.Requests).Method);
    }
}
