using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Retry;

/// <summary>A server that refuses connections causes no error while another one accepts them.</summary>
public class RefusedTests
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("OPTIONS", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "Content-Length: 5\r\n\r\nhello")]
    [InlineData("PUT", "Content-Length: 5\r\n\r\nhello")]
    [InlineData("PATCH", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    public async Task OneOfThreeRefuses_AnyMethod_EveryRequestIsServed(string method, string rest)
    {
        using var closed = new ClosedPort();
        await using var one = ScriptedServer.Responding(Echo);
        await using var two = ScriptedServer.Responding(Echo);
        await using var balancer = await Balancer.StartAsync([one.Url, closed.Url, two.Url], []);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 9; i++)
        {
            Message response = await client.RequestAsync($"{method} / HTTP/1.1\r\nHost: a\r\n{(rest == "" ? "\r\n" : rest)}");
            Assert.Equal(200, response.Status);
            Assert.Equal(rest == "" ? "" : "hello", response.Text);
        }
        Assert.Equal(9, one.Requests.Count + two.Requests.Count);
    }

    [Fact]
    public async Task OneOfThreeRefuses_LargeUpload_ArrivesWhole()
    {
        byte[] body = Payload.Bytes(Payload.Megabyte);
        using var closed = new ClosedPort();
        await using var server = ScriptedServer.Responding(request => $"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n{Payload.Hash(request.Body)}");
        await using var balancer = await Balancer.StartAsync([closed.Url, server.Url], []);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n");
            await client.SendAsync(body);
            Assert.Equal(Payload.Hash(body), (await client.ReadResponseAsync()).Text);
        }
    }

    [Fact]
    public async Task ManyRefuse_OneServes_EveryRequestIsServed()
    {
        using var first = new ClosedPort();
        using var second = new ClosedPort();
        using var third = new ClosedPort();
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([first.Url, second.Url, server.Url, third.Url], []);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal("x", (await client.GetAsync()).Text);
        }
    }

    [Fact]
    public async Task AllRefuse_Is502WithTheReasonAndTheClientStays()
    {
        using var one = new ClosedPort();
        using var two = new ClosedPort();
        await using var balancer = await Balancer.StartAsync([one.Url, two.Url], []);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Message response = await client.GetAsync();
            Assert.Equal(502, response.Status);
            Assert.Equal("connect-refused", response["X-Carousel-Reason"]);
            Assert.Contains("connect-refused", response.Text);
        }
    }

    [Fact]
    public async Task Head_AllRefuse_ResponseHasNoBody()
    {
        using var closed = new ClosedPort();
        await using var balancer = await Balancer.StartAsync([closed.Url], []);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(502, (await client.RequestAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        }
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal(502, (await client.ReadResponseAsync("HEAD")).Status);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Fact]
    public async Task Server_DownThenUp_IsUsedAgain()
    {
        int port = FixedPort.Next();
        await using var balancer = await Balancer.StartAsync([$"http://127.0.0.1:{port}"], []);
        Assert.Equal(502, (await balancer.GetAsync()).Status);
        await using var server = ScriptedServer.Responding("back", port: port);
        Assert.Equal("back", (await balancer.GetAsync()).Text);
    }

    private static string Echo(Message request) => $"HTTP/1.1 200 OK\r\nContent-Length: {request.Body.Length}\r\n\r\n{request.Text}";
}
