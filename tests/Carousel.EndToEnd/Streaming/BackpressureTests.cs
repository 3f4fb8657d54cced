using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Streaming;

/// <summary>A peer that does not read must slow down the sender, not fill the balancer's memory.</summary>
public class BackpressureTests
{
    private const int Total = 64 * Payload.Megabyte;

    /// <summary>Upper bound for the four kernel buffers in between, far below <see cref="Total"/>.</summary>
    private const long MostInFlight = 40 * Payload.Megabyte;

    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(700);

    private static readonly byte[] s_block = Payload.Bytes(Payload.Megabyte);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_DoesNotRead_ServerIsSlowedAndNothingIsLost(bool chunked)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await SendAllAsync(connection, "HTTP/1.1 200 OK", chunked);
            await connection.ReadEndAsync();
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync(receiveBuffer: 64 * 1024);
        long before = balancer.Memory;
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Connections.Count == 1 && server.Connections.First().BytesSent > Payload.Megabyte, "the response to start");

        long stuck = await Deadlines.UntilQuietAsync(() => server.Connections.First().BytesSent, s_quiet);
        long grown = balancer.PeakMemory - before;
        Message response = await client.ReadResponseAsync();

        Assert.True(stuck < MostInFlight, $"{stuck} bytes were read from the server for a client that does not read");
        Assert.True(grown < 16 * Payload.Megabyte, $"memory grew by {grown} bytes");
        AssertWhole(response.Body);
    }

    [Fact]
    public async Task Server_DoesNotRead_ClientIsSlowedAndNothingIsLost()
    {
        var release = new TaskCompletionSource();
        byte[] got = [];
        await using var server = ScriptedServer.Start(
            async connection =>
            {
                Message head = (await connection.ReadRequestHeadAsync())!;
                await release.Task;
                got = (await connection.ReadBodyAsync(head)).Body;
                await connection.RespondAsync("thanks");
            },
            receiveBuffer: 64 * 1024);
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        long before = balancer.Memory;
        Task sending = SendAllAsync(client, "POST / HTTP/1.1\r\nHost: a", chunked: false);
        await Deadlines.UntilAsync(() => client.BytesSent > Payload.Megabyte, "the request to start");

        long stuck = await Deadlines.UntilQuietAsync(() => client.BytesSent, s_quiet);
        long grown = balancer.PeakMemory - before;
        release.SetResult();
        await sending;

        Assert.Equal("thanks", (await client.ReadResponseAsync()).Text);
        Assert.True(stuck < MostInFlight, $"{stuck} bytes were read from the client for a server that does not read");
        Assert.True(grown < 16 * Payload.Megabyte, $"memory grew by {grown} bytes");
        AssertWhole(got);
    }

    [Fact]
    public async Task Client_DoesNotRead_OthersOfTheSameWorkerAreServed()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await (request.Target == "/large" ? SendAllAsync(connection, "HTTP/1.1 200 OK", chunked: false) : connection.RespondAsync("small"));
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var stuck = await balancer.ConnectAsync();
        await stuck.SendAsync("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the large request");
        using var client = await balancer.ConnectAsync();
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("small", (await client.GetAsync()).Text);
        }
    }

    private static async Task SendAllAsync(Wire wire, string start, bool chunked)
    {
        await wire.SendAsync(start + (chunked ? "\r\nTransfer-Encoding: chunked\r\n\r\n" : $"\r\nContent-Length: {Total}\r\n\r\n"));
        for (int sent = 0; sent < Total; sent += s_block.Length)
        {
            await wire.SendAsync(chunked ? $"{s_block.Length:x}\r\n" : "");
            await wire.SendAsync(s_block);
            await wire.SendAsync(chunked ? "\r\n" : "");
        }
        await wire.SendAsync(chunked ? "0\r\n\r\n" : "");
    }

    private static void AssertWhole(byte[] body)
    {
        Assert.Equal(Total, body.Length);
        for (int at = 0; at < Total; at += s_block.Length)
        {
            Assert.True(body.AsSpan(at, s_block.Length).SequenceEqual(s_block), $"the block at {at} differs");
        }
    }
}
