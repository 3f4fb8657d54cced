using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Messages;

/// <summary>The result must not depend on segmentation.</summary>
public class ByteByByteTests
{
    private const string Requests =
        "\r\nPOST /1?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX-One: \t1 \r\n\r\nhello"
        + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: 1\r\n\r\n"
        + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n";

    private const string Chunked =
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nX-Two:2\r\n\r\n5;x=y\r\nworld\r\n0\r\nT: 1\r\n\r\n";

    private const string Sized = "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nX-Two:2\r\n\r\nworld";

    [Fact]
    public async Task Requests_SentOneByteAtATime_ArriveWhole()
    {
        var bodies = new List<string>();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                bodies.Add(request.Target + request.Text);
                await connection.RespondAsync("x");
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendByteByByteAsync(Requests);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("x", (await client.ReadResponseAsync()).Text);
        }
        Assert.Equal(["/1?q=1hello", "/2hello!", "/3"], bodies);
        Assert.Equal("1", server.Requests.First()["X-One"]);
    }

    [Theory]
    [InlineData(Sized, 0)]
    [InlineData(Chunked, 1)]
    public async Task Responses_SentOneByteAtATime_ArriveWhole(string bytes, int interim)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendByteByByteAsync(bytes);
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            Message response = await client.GetAsync();
            if (interim > 0)
            {
                Assert.Equal(103, response.Status);
                response = await client.ReadResponseAsync();
            }
            Assert.Equal("HTTP/1.1 200 Fine", response.StartLine);
            Assert.Equal("2", response["X-Two"]);
            Assert.Equal("world", response.Text);
        }
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task BothSides_OneByteAtATime_ArriveWhole()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await connection.SendByteByByteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {request.Body.Length}\r\n\r\n{request.Text}");
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendByteByByteAsync(Requests);
        Assert.Equal("hello", (await client.ReadResponseAsync()).Text);
        Assert.Equal("hello!", (await client.ReadResponseAsync()).Text);
        Assert.Equal("", (await client.ReadResponseAsync()).Text);
    }
}
