using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Streaming;

/// <summary>Servers that respond before the request's body is complete (RFC 9112 section 9.6: the response must survive the close).</summary>
public class EarlyResponseTests
{
    private const string Refusal = "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refusal_WhileTheBodyIsComing_ReachesTheClientWithoutAReset(bool chunked)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.SendAsync(Refusal);
            connection.HalfClose();
            await connection.DrainAsync();
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\n" + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: 100000000\r\n\r\n"));
        bool responded = false;
        Task sending = KeepSendingAsync(client, chunked, () => responded);

        Message response = await client.ReadResponseAsync();
        responded = true;
        await sending;

        Assert.Equal(413, response.Status);
        Assert.Equal("too large", response.Text);
        Assert.NotEqual(End.None, await client.ReadEndAsync());
    }

    [Fact]
    public async Task Refusal_ThenServerCloses_ReachesTheClient()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.SendAsync(Refusal);
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
        Assert.Equal("too large", (await client.ReadResponseAsync()).Text);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Fact]
    public async Task Refusal_OfOurOwnWhileTheBodyIsComing_ReachesTheClient()
    {
        using var closed = new ClosedPort();
        await using var balancer = await Balancer.StartAsync([closed.Url], []);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
        bool responded = false;
        Task sending = KeepSendingAsync(client, chunked: false, () => responded);
        Message response = await client.ReadResponseAsync();
        responded = true;
        await sending;
        Assert.Equal(502, response.Status);
    }

    /// <summary>Sends until the response is received, like a client that reads only then.</summary>
    private static async Task KeepSendingAsync(RawClient client, bool chunked, Func<bool> responded)
    {
        string block = new('x', 0x1000);
        string piece = chunked ? $"1000\r\n{block}\r\n" : block;
        for (int i = 0; i < 5000 && !responded(); i++)
        {
            await client.SendAsync(piece);
        }
    }
}
