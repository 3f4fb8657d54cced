using System.Net;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Balancing;

public class NameTests
{
    [Fact]
    public async Task Localhost_ServerOnIPv4Only_IsReached()
    {
        await using var server = ScriptedServer.Responding("four");
        await using var balancer = await StartAsync($"http://localhost:{server.Port}");
        Assert.Equal("four", (await balancer.GetAsync()).Text);
    }

    [Fact]
    public async Task Localhost_ServerOnIPv6Only_IsReached()
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync("localhost", TestContext.Current.CancellationToken);
        Assert.SkipUnless(addresses.Contains(IPAddress.IPv6Loopback), "this machine's resolver has no IPv6 address for localhost");
        await using var server = ScriptedServer.Responding("six", IPAddress.IPv6Loopback);
        await using var balancer = await StartAsync($"http://localhost:{server.Port}");
        Assert.Equal("six", (await balancer.GetAsync()).Text);
    }

    [Fact]
    public async Task UnresolvableName_BesideAGoodServer_FailsNoRequest()
    {
        await using var server = ScriptedServer.Responding("good");
        await using var balancer = await StartAsync("http://no-such-host.invalid:80", server.Url);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal("good", (await client.GetAsync()).Text);
        }
    }

    [Fact]
    public async Task UnresolvableName_Alone_StartsAndResponds503()
    {
        await using var balancer = await StartAsync("http://no-such-host.invalid:80");
        Message response = await balancer.GetAsync();
        Assert.Equal(503, response.Status);
        Assert.Contains(response["X-Carousel-Reason"], (string[])["name-unresolved", "no-server"]);
    }

    private static Task<Balancer> StartAsync(params string[] lines) => Balancer.StartAsync(lines, []);
}
