using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Messages;

/// <summary>Interim responses and expectations (RFC 9110 sections 10.1.1, 15.2).</summary>
public class InterimTests
{
    private const string Expecting = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

    [Fact]
    public async Task EarlyHints_SeveralBeforeTheResponse_AreForwardedAtOnce()
    {
        var release = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n");
            await release.Task;
            await connection.RespondAsync("x");
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        Message first = await client.GetAsync();
        Assert.Equal(103, first.Status);
        Assert.Equal("</a.css>; rel=preload", first["Link"]);
        Assert.Equal("</b.css>", (await client.ReadResponseAsync())["Link"]);
        release.SetResult();
        Assert.Equal("x", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task EarlyHints_ToHttp10Client_AreNotPassedOn()
    {
        await using var server = ScriptedServer.Responding(_ => "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        await using var balancer = await Balancer.StartAsync(server);
        Message response = await balancer.RequestAsync("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        Assert.Equal(200, response.Status);
        Assert.Equal("x", response.Text);
    }

    [Fact]
    public async Task Expectation_ServerSendsContinue_BodyFollows()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestHeadAsync() is { } head)
            {
                await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
                await connection.RespondAsync((await connection.ReadBodyAsync(head)).Text);
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(100, (await client.RequestAsync(Expecting)).Status);
            await client.SendAsync("hello");
            Assert.Equal("hello", (await client.ReadResponseAsync()).Text);
        }
        Assert.All(server.Requests, request => Assert.Equal("100-continue", request["Expect"]));
        Assert.Single(server.Connections);
    }

    [Theory]
    [InlineData("401 Unauthorized")]
    [InlineData("417 Expectation Failed")]
    public async Task Expectation_ServerRefuses_ResponseArrivesAndNothingIsReused(string status)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestHeadAsync() is not null)
            {
                await connection.SendAsync($"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nno");
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        for (int i = 0; i < 2; i++)
        {
            using var client = await balancer.ConnectAsync();
            Message response = await client.RequestAsync(Expecting);
            Assert.Equal($"HTTP/1.1 {status}", response.StartLine);
            Assert.Equal("no", response.Text);
        }
        // That connection still expects five bytes that were never sent.
        Assert.Equal(2, server.Connections.Count);
    }

    [Fact]
    public async Task Expectation_ClientDoesNotWait_BodyArrives()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            Message head = (await connection.ReadRequestHeadAsync())!;
            await connection.RespondAsync((await connection.ReadBodyAsync(head)).Text);
        });
        await using var balancer = await Balancer.StartAsync(server);
        Assert.Equal("hello", (await balancer.RequestAsync(Expecting + "hello")).Text);
    }
}
