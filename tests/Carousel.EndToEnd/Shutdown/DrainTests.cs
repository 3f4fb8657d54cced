using System.Net.Sockets;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Shutdown;

public class DrainTests
{
    [Theory]
    [InlineData(Posix.SigTerm)]
    [InlineData(Posix.SigInt)]
    public async Task Signal_NothingInFlight_ExitsWithZero(int signal)
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([server], "--workers", "2");
        await balancer.GetAsync();
        balancer.Signal(signal);
        Assert.Equal(0, await balancer.ExitAsync());
    }

    [Fact]
    public async Task Signal_RequestInFlight_RespondsWithCloseThenExitsWithZero()
    {
        var release = new TaskCompletionSource();
        await using var server = RespondingAfter(release);
        await using var balancer = await Balancer.StartAsync(server);
        using var idle = await balancer.ConnectAsync();
        using var busy = await balancer.ConnectAsync();
        await busy.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request");

        balancer.Signal(Posix.SigTerm);
        Assert.Equal(End.Closed, await idle.ReadEndAsync());
        await UntilRefusedAsync(balancer);
        release.SetResult();

        Message response = await busy.ReadResponseAsync();
        Assert.Equal("late", response.Text);
        Assert.Equal("close", response["Connection"]);
        Assert.Equal(End.Closed, await busy.ReadEndAsync());
        Assert.Equal(0, await balancer.ExitAsync());
    }

    [Fact]
    public async Task Signal_ResponseHalfSent_IsCompleted()
    {
        var release = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
            await release.Task;
            await connection.SendAsync("later");
            await connection.DrainAsync();
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        Assert.Equal("first", await client.ReadTextAsync(5));

        balancer.Signal(Posix.SigTerm);
        await UntilRefusedAsync(balancer);
        release.SetResult();

        Assert.Equal("later", await client.ReadTextAsync(5));
        Assert.Equal(End.Closed, await client.ReadEndAsync());
        Assert.Equal(0, await balancer.ExitAsync());
    }

    [Fact]
    public async Task Signal_RequestHalfSent_IsServed()
    {
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request's head");
        balancer.Signal(Posix.SigTerm);
        await UntilRefusedAsync(balancer);
        await client.SendAsync("llo");
        Assert.Equal("x", (await client.ReadResponseAsync()).Text);
        Assert.Equal(0, await balancer.ExitAsync());
    }

    [Fact]
    public async Task Signal_InFlightLongerThanDrainTimeout_IsCutAndExitsWithZero()
    {
        await using var server = RespondingAfter(new TaskCompletionSource());
        await using var balancer = await Balancer.StartAsync(server, "--drain-timeout", "300ms");
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request");
        balancer.Signal(Posix.SigTerm);
        Assert.Equal(0, await balancer.ExitAsync());
        Assert.NotEqual(End.None, await client.DrainAsync());
    }

    [Fact]
    public async Task Signal_OpenTunnel_IsCutAtTheDeadlineAndExitsWithZero()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            await connection.SendAsync(await connection.ReadTextAsync(4));
            await connection.DrainAsync();
        });
        await using var balancer = await Balancer.StartAsync(server, "--drain-timeout", "2s");
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
        balancer.Signal(Posix.SigTerm);
        await UntilRefusedAsync(balancer);
        await client.SendAsync("ping");
        Assert.Equal("ping", await client.ReadTextAsync(4));
        Assert.Equal(0, await balancer.ExitAsync());
        Assert.NotEqual(End.None, await client.ReadEndAsync());
    }

    [Fact]
    public async Task SecondSignal_InFlight_EndsAtOnce()
    {
        // The default drain timeout is longer than the test's deadline.
        await using var server = RespondingAfter(new TaskCompletionSource());
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadlines.UntilAsync(() => server.Requests.Count == 1, "the request");
        balancer.Signal(Posix.SigTerm);
        await UntilRefusedAsync(balancer);
        balancer.Signal(Posix.SigTerm);
        Assert.Equal(0, await balancer.ExitAsync());
        Assert.NotEqual(End.None, await client.DrainAsync());
    }

    [Fact]
    public async Task Signal_ClientsKeepSending_RequestsAtTheServerGetResponses()
    {
        // Idle connections are closed between requests, as in nginx: a request that crosses the close is not processed, and its client may retry it.
        await using var server = ScriptedServer.Responding("x");
        await using var balancer = await Balancer.StartAsync([server], "--workers", "2");
        int served = 0;
        Task[] clients = [.. Enumerable.Range(0, 6).Select(async _ =>
        {
            using var client = await balancer.ConnectAsync();
            while (await TryGetAsync(client) is { } response)
            {
                Assert.Equal("x", response.Text);
                Interlocked.Increment(ref served);
            }
        })];
        await Deadlines.UntilAsync(() => Volatile.Read(ref served) > 200, "some load");
        balancer.Signal(Posix.SigTerm);
        await Task.WhenAll(clients);
        Assert.Equal(0, await balancer.ExitAsync());
        Assert.Equal(server.Requests.Count, served);
    }

    /// <summary>The whole response; null if the connection was closed or reset before its first byte.</summary>
    private static async Task<Message?> TryGetAsync(RawClient client)
    {
        long before = client.BytesReceived;
        try
        {
            return await client.GetAsync();
        }
        catch (Exception error) when (error is SocketException or EndOfStreamException && client.BytesReceived == before)
        {
            return null;
        }
    }

    private static ScriptedServer RespondingAfter(TaskCompletionSource release) => ScriptedServer.Start(async connection =>
    {
        await connection.ReadRequestAsync();
        await release.Task;
        await connection.RespondAsync("late");
        await connection.DrainAsync();
    });

    private static async Task UntilRefusedAsync(Balancer balancer)
    {
        bool refused = false;
        for (int i = 0; i < 1000 && !refused; i++)
        {
            try
            {
                using var client = await balancer.ConnectAsync();
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
            catch (SocketException error)
            {
                refused = error.SocketErrorCode == SocketError.ConnectionRefused;
            }
        }
        Assert.True(refused, "connections are still accepted");
    }
}
