using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Messages;

/// <summary>The end of bodies, in both directions (RFC 9112 section 6).</summary>
public class FramingTests
{
    private const string ChunkedResponse = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n"
        + "5;name=\"quoted;value\"\r\nhello\r\n6\r\n world\r\n0\r\nSum: 42\r\nOther: x\r\n\r\n";

    [Fact]
    public async Task Request_WithLength_ArrivesWithLength()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        await balancer.RequestAsync("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        Message request = Assert.Single(server.Requests);
        Assert.Equal("5", request["Content-Length"]);
        Assert.Null(request["Transfer-Encoding"]);
    }

    [Fact]
    public async Task Request_WithChunksAndTrailers_ArrivesWithBoth()
    {
        var seen = new TaskCompletionSource<Message>();
        await using var server = ScriptedServer.Start(async connection =>
        {
            seen.TrySetResult((await connection.ReadRequestAsync())!);
            await connection.RespondAsync("x");
        });
        await using var balancer = await Balancer.StartAsync(server);
        await balancer.RequestAsync("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nSum: 42\r\n\r\n");
        Message request = await Deadlines.WithinAsync(seen.Task, "the request");
        Assert.Equal("chunked", request["Transfer-Encoding"]);
        Assert.Null(request["Content-Length"]);
        Assert.Equal("hello world", request.Text);
        Assert.Equal([("Sum", "42")], request.Trailers);
    }

    [Theory]
    [InlineData("", "Content-Length: 7\r\nSum: 42\r\nX-Forwarded-For: 192.0.2.9\r\nAuthorization: x\r\nOther: y\r\n", "Sum Other")]
    [InlineData("", "Host: b\r\n", "")]
    [InlineData("Connection: Sum\r\n", "Sum: 42\r\nOther: y\r\n", "")]
    public async Task Request_WithForbiddenTrailers_ArrivesWithoutThem(string fields, string trailers, string expected)
    {
        await using var server = ScriptedServer.Responding(request => Ok("got " + string.Join(' ', request.Trailers.Select(trailer => trailer.Name))));
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync($"POST /p HTTP/1.1\r\nHost: a\r\n{fields}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n{trailers}\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("got " + expected, (await client.ReadResponseAsync()).Text);
        Assert.Equal("got ", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Request_WithoutBody_ArrivesWithoutFraming()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        await balancer.GetAsync();
        Message request = Assert.Single(server.Requests);
        Assert.Null(request["Transfer-Encoding"]);
        Assert.Null(request["Content-Length"]);
    }

    [Fact]
    public async Task Request_WithSameLengthTwice_IsMergedOrRefused()
    {
        // RFC 9112 6.3: may be merged into one. nginx and HAProxy differ; the server must never get two fields.
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab");
        Assert.Contains(response.Status, (int[])[200, 400]);
        Assert.All(server.Requests, request => Assert.Equal(1, request.Count("Content-Length")));
    }

    [Fact]
    public async Task Response_WithLength_ArrivesWithLength()
    {
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.GetAsync();
        Assert.Equal("5", response["Content-Length"]);
        Assert.Equal("hello", response.Text);
    }

    [Fact]
    public async Task Response_WithChunksAndTrailers_ArrivesWithBoth()
    {
        await using var server = ScriptedServer.Responding(_ => ChunkedResponse);
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Message response = await client.GetAsync();
            Assert.Equal("hello world", response.Text);
            Assert.Equal([("Sum", "42"), ("Other", "x")], response.Trailers);
        }
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Response_WithForbiddenTrailers_ArrivesWithoutThem()
    {
        await using var server = ScriptedServer.Responding(_ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\n0\r\nSet-Cookie: a=b\r\nSum: 42\r\nContent-Length: 9\r\n\r\n");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Message response = await client.GetAsync();
            Assert.Equal((200, "hello"), (response.Status, response.Text));
            Assert.Equal([("Sum", "42")], response.Trailers);
        }
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Response_UntilClose_ArrivesWholeWithItsEnd()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\nuntil the end");
        });
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.GetAsync();
        Assert.Equal("until the end", response.Text);
        Assert.True(response.IsChunked || response["Connection"] == "close");
    }

    [Fact]
    public async Task Response_UntilCloseThenReset_IsNotACleanEnd()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\nuntil");
            await connection.ReadExactAsync(1);
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Message head = Message.Parse(await client.ReadHeadAsync());
        server.Crash();
        if (head.IsChunked)
        {
            await AssertNoLastChunkAsync(client);
        }
        else
        {
            Assert.Equal(End.Reset, await client.DrainAsync());
        }
    }

    [Fact]
    public async Task Response_ShorterThanItsLength_IsCut()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("10", Message.Parse(await client.ReadHeadAsync())["Content-Length"]);
        await AssertCutWithinAsync(client, 10);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("5\r\nhello\r\n")]
    [InlineData("5\r\nhel")]
    [InlineData("5\r\nhello\r\n0\r\n")]
    [InlineData("5\r\nhello\r\n0\r\nTrailer: x\r\n")]
    [InlineData("5\r\nhelloX\r\n0\r\n\r\n")]
    [InlineData("zz\r\nhello\r\n0\r\n\r\n")]
    public async Task ChunkedResponse_CutOrMalformed_HasNoCleanEnd(string body)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            await connection.SendAsync(body);
            connection.HalfClose();
            await connection.ReadEndAsync();
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        // Invalid data in the same segment as the head gives a complete 502; closing after it marks its end.
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await AssertNoLastChunkAsync(client);
    }

    [Theory]
    [InlineData("HEAD", "200 OK", "Content-Length: 5\r\n")]
    [InlineData("HEAD", "200 OK", "Transfer-Encoding: chunked\r\n")]
    [InlineData("GET", "304 Not Modified", "Content-Length: 5\r\nETag: \"x\"\r\n")]
    [InlineData("GET", "204 No Content", "")]
    public async Task Response_WithoutBody_KeepsBothConnectionsOpen(string method, string status, string fields)
    {
        await using var server = ScriptedServer.Responding(request =>
            request.Target == "/plain" ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain" : $"HTTP/1.1 {status}\r\n{fields}\r\n");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            Message response = await client.RequestAsync($"{method} /special HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal($"HTTP/1.1 {status}", response.StartLine);
            Assert.Equal("plain", (await client.GetAsync("/plain")).Text);
        }
        Assert.Single(server.Connections);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("GET")]
    public async Task Response_OfZeroLength_IsComplete(string method)
    {
        await using var server = ScriptedServer.Responding("");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            Message response = await client.RequestAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal("0", response["Content-Length"]);
        }
    }

    private static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static async Task AssertCutWithinAsync(RawClient client, int length)
    {
        try
        {
            byte[] body = await client.ReadToEndAsync();
            Assert.True(body.Length < length, $"{body.Length} bytes received of a body shorter than {length}");
        }
        catch (System.Net.Sockets.SocketException)
        {
            // A reset is a cut as well.
        }
    }

    private static async Task AssertNoLastChunkAsync(RawClient client)
    {
        string all = "";
        try
        {
            await client.ReadEachAsync(run => all += System.Text.Encoding.Latin1.GetString(run));
        }
        catch (System.Net.Sockets.SocketException)
        {
            // A reset is a cut as well.
        }
        // After the head, whose last field may also end with a 0.
        string body = all[Math.Min(all.Length, all.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.False(body.EndsWith("0\r\n\r\n", StringComparison.Ordinal), $"a clean end was invented: {all}");
        Assert.DoesNotContain("Trailer: x\r\n\r\n", all);
    }
}
