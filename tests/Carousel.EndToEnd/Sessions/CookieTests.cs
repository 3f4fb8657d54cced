using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>The cookie of a new session.</summary>
public class CookieTests
{
    private static readonly string[] Plain = ["Path=/", "HttpOnly", "SameSite=Lax"];

    [Fact]
    public async Task FirstResponse_NewSession_SetsTheCookieWithExactAttributes()
    {
        IssuedCookie cookie = await FirstCookieAsync("");
        Assert.Equal(Plain.Order(), cookie.Attributes.Order());
        Assert.InRange(cookie.IssuedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(2));
    }

    [Fact]
    public async Task FirstResponse_NewSession_IsKeptFromSharedCaches()
    {
        await using var server = ScriptedServer.Responding(_ => "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var sessionClient = new SessionClient(balancer);
        Assert.Equal(["max-age=60", "private"], (await sessionClient.GetAsync())["Cache-Control"]!.Split(", ").Order());
        Assert.Equal("max-age=60", (await sessionClient.GetAsync())["Cache-Control"]);
    }

    [Theory]
    [InlineData("shared")]
    [InlineData("sticky")]
    public async Task Cookie_Valid_IsNeverIssuedAgain(string mode)
    {
        await using var one = Echo.Server("one");
        await using var two = Echo.Server("two");
        await using var balancer = await Balancer.StartAsync([one, two], "--session", mode);
        using var sessionClient = new SessionClient(balancer);
        for (int i = 0; i < 50; i++)
        {
            Message response = await sessionClient.GetAsync();
            Assert.Equal(1, sessionClient.Given);
            Assert.Equal(sessionClient.Id, Echo.Id(response));
            if (i % 10 == 9)
            {
                sessionClient.Dispose();
            }
        }
    }

    [Fact]
    public async Task Sessions_ManyOnOneConnection_GetDistinctIds()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        using var client = await balancer.ConnectAsync();
        var ids = new HashSet<string>();
        for (int i = 0; i < 100; i++)
        {
            Message response = await client.GetAsync();
            Assert.Equal(IssuedCookie.Of(response).Id, Echo.Id(response));
            Assert.True(ids.Add(Echo.Id(response)));
        }
    }

    [Theory]
    [InlineData("X-Forwarded-Proto: https\r\n", "127.0.0.0/8", true)]
    [InlineData("X-Forwarded-Proto: HTTPS\r\n", "127.0.0.0/8", true)]
    [InlineData("X-Forwarded-Proto: http\r\n", "127.0.0.0/8", false)]
    [InlineData("", "127.0.0.0/8", false)]
    [InlineData("X-Forwarded-Proto: https\r\n", "10.0.0.0/8", false)]
    public async Task Secure_TrustedProxySendsHttps_IsSet(string fields, string trusted, bool secure)
    {
        IssuedCookie cookie = await FirstCookieAsync(fields, "--trusted-proxy", trusted);
        Assert.Equal((secure ? [.. Plain, "Secure"] : Plain).Order(), cookie.Attributes.Order());
    }

    [Theory]
    [InlineData("lax", "SameSite=Lax")]
    [InlineData("strict", "SameSite=Strict")]
    [InlineData("none", "SameSite=None")]
    public async Task SameSite_Configured_IsSent(string configured, string sent)
    {
        IssuedCookie cookie = await FirstCookieAsync("X-Forwarded-Proto: https\r\n", "--trusted-proxy", "127.0.0.1", "--session-same-site", configured);
        Assert.Equal((string[])["HttpOnly", "Path=/", sent, "Secure"], cookie.Attributes.Order());
    }

    [Fact]
    public async Task Domain_Configured_IsSent()
    {
        IssuedCookie cookie = await FirstCookieAsync("", "--session-domain", "example.org");
        Assert.Equal((string[])["Domain=example.org", .. Plain.Order()], cookie.Attributes.Order());
    }

    [Fact]
    public async Task Name_Configured_IsTheOnlyOneUsed()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared", "--session-cookie", "mine");
        Message first = await balancer.GetAsync();
        IssuedCookie cookie = IssuedCookie.Of(first, "mine");
        Assert.Null(IssuedCookie.In(first));
        Message known = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nCookie: {cookie.Pair}\r\n\r\n");
        Assert.Null(IssuedCookie.In(known, "mine"));
        Assert.Equal(cookie.Id, Echo.Id(known));
        Message other = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nCookie: Mine={cookie.Value}; LB_SESSION={cookie.Value}\r\n\r\n");
        Assert.NotEqual(cookie.Id, IssuedCookie.Of(other, "mine").Id);
        Assert.Equal($"Mine={cookie.Value}; LB_SESSION={cookie.Value}", server.Requests.Last()["Cookie"]);
    }

    [Fact]
    public async Task Off_NewClient_GetsNeitherCookieNorId()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "off");
        Message response = await balancer.GetAsync();
        Assert.Null(response["Set-Cookie"]);
        Assert.Equal("one - -", response.Text);
    }

    private static async Task<IssuedCookie> FirstCookieAsync(string fields, params string[] options)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, ["--session", "shared", .. options]);
        return IssuedCookie.Of(await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n"));
    }
}
