using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Limits;

/// <summary>Clients that read large responses slowly or not at all do not exhaust shared resources.</summary>
public class SlowReaderTests
{
    /// <summary>More than the number of 1 MB pipes an ordinary user may have (pipe-user-pages-soft, 64 MB).</summary>
    private const int Stalled = 100;

    private static readonly byte[] s_body = Payload.Bytes(24 * Payload.Megabyte);
    private static readonly string s_hash = Payload.Hash(s_body);

    [Fact]
    public async Task Clients_ManyDoNotRead_HoldNoPipesAndOthersArriveByteForByte()
    {
        await using var server = Large();
        using var user = new OrdinaryUser();
        await using var balancer = await user.StartAsync(server, []);
        int atRest = Pipes(balancer);
        List<RawClient> stalled = await RequestAsync(balancer, Stalled);
        await Deadlines.UntilQuietAsync(() => server.Connections.Sum(connection => connection.BytesSent), TimeSpan.FromMilliseconds(500));

        Assert.InRange(Pipes(balancer), atRest, atRest + 2);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(s_hash, Payload.Hash((await balancer.GetAsync("/large")).Body));
        }
        foreach (RawClient client in stalled.Take(10))
        {
            Assert.Equal(s_hash, Payload.Hash((await client.ReadResponseAsync()).Body));
        }
        stalled.ForEach(client => client.Dispose());
        Assert.Empty(balancer.Errors);
    }

    [Fact]
    public async Task Descriptors_OneThousand_AreEnoughForManySlowReaders()
    {
        await using var server = Large();
        using var user = new OrdinaryUser();
        await using var balancer = await user.StartAsync(server, ["--workers", "2"], "/usr/bin/prlimit", "--nofile=1024:1024");
        List<RawClient> slow = await RequestAsync(balancer, 250);
        foreach (RawClient client in slow)
        {
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadHeadAsync());
        }
        await Deadlines.UntilQuietAsync(() => server.Connections.Sum(connection => connection.BytesSent), TimeSpan.FromMilliseconds(500));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("small", (await balancer.GetAsync("/")).Text);
        }
        Assert.Empty(balancer.Errors);
        slow.ForEach(client => client.Dispose());
    }

    /// <summary>Idle clients hold all descriptors; requests in flight get theirs nevertheless.</summary>
    [Fact]
    public async Task Descriptors_IdleClientsHoldThem_RequestsGetTheirs()
    {
        await using var server = Large();
        using var user = new OrdinaryUser();
        await using var balancer = await user.StartAsync(server, ["--workers", "2"], "/usr/bin/prlimit", "--nofile=1024:1024");
        var idle = new List<RawClient>();
        for (int i = 0; i < 420; i++)
        {
            idle.Add(await balancer.ConnectAsync());
        }
        List<RawClient> busy = [];
        for (int i = 0; i < 200; i++)
        {
            // Connections idle for less than a second are not closed; new clients are rejected meanwhile.
            await Deadlines.UntilAsync(async () => (await balancer.GetAsync("/")).Status == 200, "a free connection slot");
            RawClient client = await balancer.ConnectAsync();
            await client.SendAsync("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
            busy.Add(client);
        }
        foreach (RawClient client in busy)
        {
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadHeadAsync());
        }
        Assert.DoesNotContain("errno 24", balancer.Errors);
        idle.ForEach(client => client.Dispose());
        busy.ForEach(client => client.Dispose());
    }

    private static ScriptedServer Large() => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            if (request.StartLine.Contains("/large", StringComparison.Ordinal))
            {
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {s_body.Length}\r\n\r\n");
                await connection.SendAsync(s_body);
            }
            else
            {
                await connection.RespondAsync("small");
            }
        }
    });

    private static async Task<List<RawClient>> RequestAsync(Balancer balancer, int count)
    {
        var clients = new List<RawClient>();
        for (int i = 0; i < count; i++)
        {
            clients.Add(await balancer.ConnectAsync(receiveBuffer: 64 * 1024));
            await clients[i].SendAsync("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        return clients;
    }

    private static int Pipes(Balancer balancer) =>
        Directory.EnumerateFileSystemEntries($"/proc/{balancer.ProcessId}/fd")
            .Count(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)?.Name.StartsWith("pipe:", StringComparison.Ordinal) == true);
}
