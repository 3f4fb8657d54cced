using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

public class HeadLimitTests
{
    [Fact]
    public async Task Target_LongerThanTheHeadMayBe_Is414()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        await AssertRefusedAsync(balancer, $"GET /{new string('x', 20_000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414, "target-too-long");
        Assert.Equal(0, server.BytesReceived);
    }

    [Fact]
    public async Task Head_LargerThanMaxHead_Is431()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        await AssertRefusedAsync(balancer, $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 20_000)}\r\n\r\n", 431, "head-too-large");
        Assert.Equal(0, server.BytesReceived);
    }

    [Fact]
    public async Task Head_NearlyAsLargeAsMaxHead_IsPassedOn()
    {
        string value = new('x', 15_900);
        await using var server = ScriptedServer.Responding(request => $"HTTP/1.1 200 OK\r\nX: {value}\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server, "--forwarded");
        Message response = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nX: {value}\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Equal(value, response["X"]);
        Assert.Equal(value, Assert.Single(server.Requests)["X"]);
    }

    [Theory]
    [InlineData("--max-head", "2k", 1900, 200)]
    [InlineData("--max-head", "2k", 2100, 431)]
    [InlineData("--max-head", "48k", 40_000, 200)]
    public async Task MaxHead_Set_IsTheLimit(string option, string size, int value, int status)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, option, size);
        Message response = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', value)}\r\n\r\n");
        Assert.Equal(status, response.Status);
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(101, 431)]
    public async Task Fields_AsManyAsMaxFieldsOrMore_ArePassedOnOrRefused(int fields, int status)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: a\r\n{Fields(fields - 1)}\r\n");
        Assert.Equal(status, response.Status);
        Assert.Equal(status == 200 ? null : "head-too-large", response["X-Carousel-Reason"]);
    }

    [Fact]
    public async Task MaxFields_Set_IsTheLimit()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server, "--max-fields", "5");
        await AssertRefusedAsync(balancer, $"GET / HTTP/1.1\r\nHost: a\r\n{Fields(5)}\r\n", 431, "head-too-large");
    }

    private static string Fields(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: y\r\n"));

    private static async Task AssertRefusedAsync(Balancer balancer, string request, int status, string reason)
    {
        using var client = await balancer.ConnectAsync();
        Message response = await client.RequestAsync(request);
        Assert.Equal(status, response.Status);
        Assert.Equal(reason, response["X-Carousel-Reason"]);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }
}
