using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Forwarding;

/// <summary>Hop-by-hop and end-to-end fields (RFC 9110 section 7.6.1).</summary>
public class HopByHopTests
{
    [Fact]
    public async Task Request_HopByHopFields_DoNotReachTheServer()
    {
        Message request = await PassOnAsync(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Mine\r\nConnection: x-other\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n"
            + "TE: trailers\r\nUpgrade: h2c\r\nX-Mine: 1\r\nX-Other: 2\r\nX-Kept: 3\r\n\r\n");
        Assert.All((string[])["Keep-Alive", "Proxy-Connection", "X-Mine", "X-Other", "Upgrade"], name => Assert.Null(request[name]));
        Assert.DoesNotContain("X-Mine", request["Connection"] ?? "", StringComparison.OrdinalIgnoreCase);
        Assert.Equal("3", request["X-Kept"]);
    }

    [Fact]
    public async Task Request_ConnectionNamesFramingHostOrForwarding_AreKept()
    {
        Message request = await PassOnAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: Host, Content-Length, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Via\r\nContent-Length: 2\r\n\r\nab");
        Assert.Equal("a", request["Host"]);
        Assert.Equal("2", request["Content-Length"]);
        Assert.Equal("127.0.0.1", request["X-Forwarded-For"]);
        Assert.Equal("http", request["X-Forwarded-Proto"]);
        Assert.Equal("a", request["X-Forwarded-Host"]);
        Assert.NotNull(request["Via"]);
    }

    [Fact]
    public async Task Request_OtherFields_ArriveUntouchedInOrder()
    {
        const string fields = "cOOkie: a=b; c=d\r\nAccept: */*\r\naccept: text/html\r\nAuthorization: Basic eDp5\r\nX: \"a, b\"\r\n";
        Message request = await PassOnAsync($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        Assert.Contains(fields, request.Head);
    }

    [Fact]
    public async Task Response_HopByHopFields_DoNotReachTheClient()
    {
        await using var server = ScriptedServer.Responding(_ =>
            "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Mine\r\nKeep-Alive: timeout=5\r\nX-Mine: 1\r\nProxy-Connection: close\r\nUpgrade: h2c\r\nX-Kept: 3\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.GetAsync();
        Assert.All((string[])["Keep-Alive", "X-Mine", "Proxy-Connection"], name => Assert.Null(response[name]));
        Assert.DoesNotContain("X-Mine", response["Connection"] ?? "", StringComparison.OrdinalIgnoreCase);
        Assert.Equal("3", response["X-Kept"]);
        Assert.Equal("x", response.Text);
    }

    [Fact]
    public async Task Response_OtherFields_ArriveUntouchedInOrder()
    {
        const string fields = "Server: mine\r\nset-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nX-Empty: \r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
        await using var server = ScriptedServer.Responding(_ => $"HTTP/1.1 299 Odd  phrase\r\n{fields}Content-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.GetAsync();
        Assert.Equal("HTTP/1.1 299 Odd  phrase", response.StartLine);
        Assert.Equal(["a=1; Path=/", "b=2"], response.Fields.Where(field => field.Name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)).Select(field => field.Value));
        Assert.Equal("mine", response["Server"]);
        Assert.Equal("", response["X-Empty"]);
        Assert.Equal("Thu, 01 Jan 1970 00:00:00 GMT", response["Date"]);
    }

    [Fact]
    public async Task Response_WithoutDate_GetsOne()
    {
        // RFC 9110 6.6.1.
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.GetAsync();
        Assert.Equal(1, response.Count("Date"));
        Assert.True(DateTimeOffset.TryParseExact(response["Date"], "r", null, System.Globalization.DateTimeStyles.None, out _));
    }

    private static async Task<Message> PassOnAsync(string request)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal(200, (await balancer.RequestAsync(request)).Status);
        return Assert.Single(server.Requests);
    }
}
