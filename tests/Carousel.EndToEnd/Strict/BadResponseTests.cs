using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Strict;

/// <summary>Responses that must not be forwarded (RFC 9112 section 6.3).</summary>
public class BadResponseTests
{
    public static TheoryData<string, string> Responses { get; } = new()
    {
        { "no status line", "hello\r\n\r\n" },
        { "another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n" },
        { "status is no number", "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n" },
        { "status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n" },
        { "status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n" },
        { "status below 100", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n" },
        { "http 2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n" },
        { "length and coding", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!" },
        { "length is no number", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello" },
        { "length is negative", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello" },
        { "unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" },
        { "two codings", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" },
        { "folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n" },
        { "space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n" },
        { "name is no token", "HTTP/1.1 200 OK\r\nX(y): 1\r\nContent-Length: 0\r\n\r\n" },
        { "NUL in a value", "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n" },
        { "bare CR in a value", "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n" },
        { "bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n" },
        { "switches protocols unasked", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Responses))]
    public async Task Response_BreaksARule_Is502AndItsConnectionIsClosed(string rule, string bytes)
    {
        _ = rule;
        await using var server = Sending(bytes);
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();

        Message response = await client.GetAsync();

        Assert.Equal(502, response.Status);
        Assert.Equal("bad-answer", response["X-Carousel-Reason"]);
        Assert.Contains("bad-answer", response.Text);
        await Deadlines.UntilAsync(() => server.OpenConnections == 0, "the server's connection to be closed");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ResponseHead_TooLarge_Is502()
    {
        await using var server = Sending("HTTP/1.1 200 OK\r\nX: " + new string('x', 20_000) + "\r\nContent-Length: 0\r\n\r\n");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.GetAsync();
        Assert.Equal(502, response.Status);
        Assert.Equal("answer-head-too-large", response["X-Carousel-Reason"]);
    }

    [Fact]
    public async Task ResponseHead_TooManyFields_Is502()
    {
        await using var server = Sending("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 101)) + "\r\n");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.GetAsync();
        Assert.Equal(502, response.Status);
        Assert.Equal("answer-head-too-large", response["X-Carousel-Reason"]);
    }

    [Fact]
    public async Task Server_SendsResponseBeforeTheNextRequest_IsDiscarded()
    {
        // Response splitting: bytes received on an idle connection must not be used as a response.
        int waiting = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.RespondAsync("first");
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
            Interlocked.Increment(ref waiting);
            await connection.ReadEndAsync();
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("first", (await client.GetAsync()).Text);
            await Deadlines.UntilAsync(() => Volatile.Read(ref waiting) == i + 1, "the unsolicited bytes to be sent");
        }
    }

    private static ScriptedServer Sending(string bytes) => ScriptedServer.Start(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync(bytes);
        await connection.ReadEndAsync();
    });
}
