using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Retry;

public class ConnectTimeoutTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task OneOfTwoIsSilent_EveryRequestIsServed(string request)
    {
        await using var silent = await SilentPort.CreateAsync();
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([silent.Url, server.Url], ["--connect-timeout", "200ms"]);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("x", (await client.RequestAsync(request)).Text);
        }
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task AllAreSilent_Is504WithTheReason()
    {
        await using var silent = await SilentPort.CreateAsync();
        await using var balancer = await Balancer.StartAsync([silent.Url], ["--connect-timeout", "200ms"]);
        Message response = await balancer.GetAsync();
        Assert.Equal(504, response.Status);
        Assert.Equal("connect-timeout", response["X-Carousel-Reason"]);
        Assert.Contains("connect-timeout", response.Text);
    }
}
