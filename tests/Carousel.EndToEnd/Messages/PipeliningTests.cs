using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Messages;

public class PipeliningTests
{
    [Fact]
    public async Task FiftyRequests_InOneSend_GetResponsesInOrder()
    {
        await using var one = Echo();
        await using var two = Echo();
        await using var balancer = await Balancer.StartAsync(one, two);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(i => $"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n")));
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal($"GET /{i} ", (await client.ReadResponseAsync()).Text);
        }
    }

    [Fact]
    public async Task Requests_MixedWithBodies_GetResponsesInOrder()
    {
        await using var server = Echo();
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync(
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"
            + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
            + "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfg\r\n1\r\nh\r\n0\r\n\r\n"
            + "POST /4 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
            + "HEAD /5 HTTP/1.1\r\nHost: a\r\n\r\n"
            + "GET /6 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal("POST /1 abcde", (await client.ReadResponseAsync()).Text);
        Assert.Equal("GET /2 ", (await client.ReadResponseAsync()).Text);
        Assert.Equal("PUT /3 fgh", (await client.ReadResponseAsync()).Text);
        Assert.Equal("POST /4 ", (await client.ReadResponseAsync()).Text);
        Assert.Equal(200, (await client.ReadResponseAsync("HEAD")).Status);
        Assert.Equal("GET /6 ", (await client.ReadResponseAsync()).Text);
        Assert.Equal(End.Closed, await client.ReadEndAsync());
    }

    [Fact]
    public async Task Requests_SlowFirstServer_StayInOrder()
    {
        var release = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.Target == "/slow")
                {
                    await release.Task;
                }
                await connection.RespondAsync(request.Target);
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count > 0, "the first request");
        release.SetResult();
        Assert.Equal("/slow", (await client.ReadResponseAsync()).Text);
        Assert.Equal("/fast", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Requests_AfterConnectionClose_AreNotServed()
    {
        await using var server = Echo();
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("GET /1 ", (await client.ReadResponseAsync()).Text);
        Assert.NotEqual(End.None, await client.ReadEndAsync());
        Assert.Equal("/1", Assert.Single(server.Requests).Target);
    }

    private static ScriptedServer Echo() => ScriptedServer.Responding(request =>
    {
        string text = request.Method == "HEAD" ? "" : $"{request.Method} {request.Target} {request.Text}";
        return $"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}";
    });
}
