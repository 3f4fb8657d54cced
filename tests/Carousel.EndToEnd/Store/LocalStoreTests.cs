using System.Net;
using System.Net.Sockets;
using Carousel.Control.Store.Client;
using Carousel.Core.Config;
using Carousel.Core.Sessions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

/// <summary>Which store is used by default; a redis-server stands in for the embedded one.</summary>
public class LocalStoreTests
{
    [Fact]
    public async Task Auto_RedisIsRunning_IsUsed()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        var embedded = new Embedded();
        await using var user = StoreUser.Start(StoreAddress.Local(StoreKind.Auto, redis.Port), embedded.StartAsync);

        await user.StateAsync(StoreState.Connected);

        Assert.Equal(0, embedded.Starts);
        Assert.Equal(
            $"sessions: shared, the Redis on localhost:{redis.Port} (inspect with redis-cli -p {redis.Port} --scan --pattern 'carousel:*')", Assert.Single(user.Lines));
    }

    [Fact]
    public async Task Auto_NothingIsRunning_StartsTheEmbeddedOne()
    {
        await using var embedded = new Embedded();
        int port = FixedPort.Next();
        await using var user = StoreUser.Start(StoreAddress.Local(StoreKind.Auto, port), embedded.StartAsync);

        user.Record(new SessionId(1, 1));
        await user.WrittenAsync(1);

        Assert.Equal(1, embedded.Starts);
        Assert.StartsWith($"sessions: shared, embedded store on localhost:{port} (", Assert.Single(user.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_RedisStopsForGood_StartsTheEmbeddedOneWithTheSameKeys()
    {
        await using var embedded = new Embedded();
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(StoreAddress.Local(StoreKind.Auto, redis.Port), embedded.StartAsync);
        await user.StateAsync(StoreState.Connected);
        SessionKey key = user.Channel.Keys.Current.Current;

        await redis.KillAsync();
        user.Record(new SessionId(1, 2));
        await user.WrittenAsync(1);

        Assert.Equal(1, embedded.Starts);
        Assert.Equal(Convert.ToBase64String(key.Secret), (await embedded.Server!.HashAsync("carousel:keys"))[$"{key.Id}"]);
        Assert.Equal(3, user.Lines.Length);
    }

    [Fact]
    public async Task Auto_AnotherProgramOnThePort_IsLoggedAndRunsWithoutStore()
    {
        using var listener = new TcpListener(IPAddress.Loopback, FixedPort.Next());
        listener.Start();
        _ = RespondAsHttpAsync(listener);
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var embedded = new Embedded();
        await using var user = StoreUser.Start(StoreAddress.Local(StoreKind.Auto, port), embedded.StartAsync);

        await user.StateAsync(StoreState.None);
        user.Record(new SessionId(1, 3));
        await Deadlines.UntilAsync(() => user.Channel.Queues[0].Waiting == 0, "the queue to be emptied");

        Assert.Equal(0, embedded.Starts);
        Assert.Equal(
            "sessions: shared, no store: sessions are lost on restart and not shared between replicas (port "
            + $"{port} is used by a program other than Redis: --store embedded:{port + 1} uses another port, --store redis://host:port another store)",
            Assert.Single(user.Lines));
    }

    [Fact]
    public async Task Auto_NoStoreAtFirst_IsUsedWhenItStarts()
    {
        int port = FixedPort.Next();
        await using var user = StoreUser.Start(StoreAddress.Local(StoreKind.Auto, port));
        await user.StateAsync(StoreState.None);

        await using var redis = RedisServer.StartUnasked(port);
        await user.StateAsync(StoreState.Connected);

        Assert.Equal(2, user.Lines.Length);
    }

    [Fact]
    public async Task Embedded_RedisOnThePort_NamesTheFlag()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using var user = StoreUser.Start(StoreAddress.Local(StoreKind.Embedded, redis.Port), new Embedded().StartAsync);

        await user.StateAsync(StoreState.None);

        Assert.Contains($"port {redis.Port} is used by a Redis: --store redis://localhost:{redis.Port} uses it", Assert.Single(user.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task None_Chosen_IsLoggedOnce()
    {
        await using var user = StoreUser.Start(StoreAddress.None);

        await user.StateAsync(StoreState.None);

        Assert.Equal("sessions: shared, no store: sessions are lost on restart and not shared between replicas (--store none)", Assert.Single(user.Lines));
    }

    private static async Task RespondAsHttpAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using Socket client = await listener.AcceptSocketAsync();
                await client.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private sealed class Embedded : IAsyncDisposable
    {
        public RedisServer? Server { get; private set; }

        public int Starts { get; private set; }

        public async Task<bool> StartAsync(int port, CancellationToken stop)
        {
            Starts++;
            Server = RedisServer.StartUnasked(port);
            await Server.RespondsAsync();
            return true;
        }

        public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
