using System.Net;
using System.Text.Json;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>ASP.NET Core's forwarded headers middleware gets the client's address from the balancer only.</summary>
[Collection<SharedShopsCollection>]
public class ForwardedTests(SharedShops shared)
{
    private const string Claims = "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nX-Original-For: 203.0.113.8\r\nForwarded: for=203.0.113.9;proto=https\r\n";

    [Theory]
    [InlineData("", "127.0.0.9", "http", false)]
    [InlineData("10.0.0.0/8", "127.0.0.9", "http", false)]
    [InlineData("127.0.0.9", "203.0.113.7", "https", true)]
    public async Task ForwardedFields_OfTheClient_AreUsedOnlyIfTrusted(string trusted, string expected, string scheme, bool isSecure)
    {
        string[] options = trusted.Length == 0 ? [] : ["--trusted-proxy", trusted];
        await using Balancer balancer = await shared.Shops.BalanceAsync(["--session", "shared", .. options]);
        using RawClient client = await balancer.ConnectAsync(from: IPAddress.Parse("127.0.0.9"));

        Message response = await client.RequestAsync($"GET / HTTP/1.1\r\nHost: test\r\n{Claims}\r\n");

        Visit visit = JsonSerializer.Deserialize<Visit>(response.Text, JsonSerializerOptions.Web)!;
        Assert.Equal((expected, scheme), (visit.Client, visit.Scheme));
        string[] cookies = [.. response.Head.Split("\r\n").Where(line => line.StartsWith("Set-Cookie: ", StringComparison.OrdinalIgnoreCase))];
        Assert.Contains(cookies, cookie => cookie.Contains(": .AspNetCore.Session="));
        Assert.Contains(cookies, cookie => cookie.Contains(": LB_SESSION="));
        Assert.All(cookies, cookie => Assert.Equal(isSecure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase)));
    }
}
