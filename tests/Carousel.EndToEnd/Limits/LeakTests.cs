using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

/// <summary>Descriptors are closed after every kind of failure.</summary>
public class LeakTests
{
    private const int Rounds = 40;

    /// <summary>Pipes and connections to servers that may be kept for reuse. Far fewer than the number of failed requests.</summary>
    private const int MayBeKept = 40;

    [Fact]
    public async Task Descriptors_AfterFailures_AreClosed()
    {
        using var closed = new ClosedPort();
        await using var server = ScriptedServer.Start(MisbehaveAsync);
        await using var balancer = await Balancer.StartAsync([server.Url, closed.Url], ["--head-timeout", "1s", "--answer-timeout", "1s"]);
        int before = balancer.Descriptors;
        string[] requests =
        [
            "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /close HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /reset HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /bad HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /short HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
            "GET /ok HTTP/1.1\r\n\r\n",
            "GET /ok HT",
            "POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
            "",
        ];

        for (int i = 0; i < Rounds; i++)
        {
            await Task.WhenAll(requests.Select((request, index) => RequestAndCloseAsync(balancer, request, reset: (i + index) % 2 == 0)));
        }

        await Deadlines.UntilAsync(
            () => balancer.Descriptors <= before + MayBeKept, $"descriptors to be closed: {before} before, {balancer.Descriptors} now");
        Assert.Equal(200, (await balancer.GetAsync("/ok")).Status);
    }

    private static async Task RequestAndCloseAsync(Balancer balancer, string request, bool reset)
    {
        using var client = await balancer.ConnectAsync();
        await client.SendAsync(request);
        if (request.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client.ReadEndAsync();
        }
        if (reset)
        {
            client.Reset();
        }
    }

    private static async Task MisbehaveAsync(ServerConnection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            switch (request.Target)
            {
                case "/ok":
                    await connection.RespondAsync("x");
                    break;
                case "/reset":
                    connection.Reset();
                    return;
                case "/bad":
                    await connection.SendAsync("nonsense\r\n\r\n");
                    break;
                case "/short":
                    await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
                    return;
                case "/large":
                    await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Payload.Megabyte}\r\n\r\n");
                    await connection.SendAsync(new byte[Payload.Megabyte]);
                    break;
                case "/upgrade":
                    await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
                    await connection.DrainAsync();
                    return;
                default:
                    return;
            }
        }
    }
}
