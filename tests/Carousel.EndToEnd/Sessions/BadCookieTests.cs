using System.Buffers.Text;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>A cookie with the balancer's cookie name but an invalid value is ignored: a new one replaces it, without an error.</summary>
public class BadCookieTests
{
    public static TheoryData<string> Malformed =>
    [
        "", "x", "\"\"", "deleted", new string('A', 63), new string('A', 64), new string('A', 65), new string('/', 64), new string('=', 64), new string(' ', 64), new string('é', 64),
        $"\"{new string('A', 62)}\"", new string('A', 4000), "AAAA=BBBB", new string('-', 64), new string('_', 64), "%41" + new string('A', 61),
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Malformed_IsReplaced(string value)
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        await IsReplacedAsync(balancer, value);
    }

    [Fact]
    public async Task Forged_AnyByteChanged_IsReplaced()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        IssuedCookie cookie = IssuedCookie.Of(await balancer.GetAsync());
        for (int i = 0; i < cookie.Bytes.Length; i++)
        {
            byte[] forged = cookie.Bytes;
            forged[i] ^= 1;
            Message response = await IsReplacedAsync(balancer, Base64Url.EncodeToString(forged));
            Assert.NotEqual(cookie.Id, Echo.Id(response));
        }
        await IsGoodAsync(balancer, cookie);
    }

    [Fact]
    public async Task Truncated_OrWithMore_IsReplaced()
    {
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        IssuedCookie cookie = IssuedCookie.Of(await balancer.GetAsync());
        for (int length = 0; length < cookie.Value.Length; length++)
        {
            await IsReplacedAsync(balancer, cookie.Value[..length]);
        }
        await IsReplacedAsync(balancer, cookie.Value + "A");
        await IsReplacedAsync(balancer, cookie.Value + "=");
        await IsReplacedAsync(balancer, cookie.Value + ".");
        await IsGoodAsync(balancer, cookie);
    }

    [Fact]
    public async Task Foreign_OfABalancerWithOtherKeys_IsReplaced()
    {
        await using var server = Echo.Server("one");
        await using var other = await Balancer.StartAsync(server, "--session", "shared");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        await IsReplacedAsync(balancer, IssuedCookie.Of(await other.GetAsync()).Value);
    }

    [Fact]
    public async Task Several_OneOfThemValid_IsUsed()
    {
        // A browser sends cookies with a longer path first, and those of other hosts of the domain: a foreign cookie must not hide the valid one.
        await using var server = Echo.Server("one");
        await using var balancer = await Balancer.StartAsync(server, "--session", "shared");
        IssuedCookie cookie = IssuedCookie.Of(await balancer.GetAsync());
        foreach (string line in (string[])[$"LB_SESSION=x; {cookie.Pair}", $"{cookie.Pair}; LB_SESSION=x", $"LB_SESSION=x\r\nCookie: {cookie.Pair}"])
        {
            Message response = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nCookie: {line}\r\n\r\n");
            Assert.Null(IssuedCookie.In(response));
            Assert.Equal(cookie.Id, Echo.Id(response));
            Assert.Null(server.Requests.Last()["Cookie"]);
        }
    }

    private static async Task<Message> IsReplacedAsync(Balancer balancer, string value)
    {
        Message response = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nCookie: LB_SESSION={value}\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Equal(IssuedCookie.Of(response).Id, Echo.Id(response));
        return response;
    }

    private static async Task IsGoodAsync(Balancer balancer, IssuedCookie cookie)
    {
        Message response = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nCookie: {cookie.Pair}\r\n\r\n");
        Assert.Null(IssuedCookie.In(response));
        Assert.Equal(cookie.Id, Echo.Id(response));
    }
}
