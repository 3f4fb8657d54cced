using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>Two servers of samples/AspNetCore.Sessions and their shared store.</summary>
internal sealed class Shops : IAsyncDisposable
{
    private readonly RedisServer? _redis;
    private readonly int _storePort;
    private readonly string _store;

    private Shops(RedisServer? redis, int storePort)
    {
        _redis = redis;
        _storePort = storePort;
        _store = redis?.Url ?? $"embedded:{storePort}";
        Servers = [new Shop(storePort), new Shop(storePort)];
    }

    public Shop[] Servers { get; }

    /// <summary>Starts both, with redis-server as their store.</summary>
    public static async Task<Shops> StartAsync()
    {
        RedisServer redis = await RedisServer.StartAsync();
        var shops = new Shops(redis, redis.Port);
        await shops.StartServersAsync();
        return shops;
    }

    /// <summary>Starts neither: their store starts with the balancer.</summary>
    public static Shops OfEmbeddedStore() => new(null, FixedPort.Next());

    public async Task StartServersAsync()
    {
        await Deadlines.UntilAsync(() => RawClient.ListensAsync(_storePort), "the store to listen");
        await Task.WhenAll(Servers.Select(server => server.StartAsync()));
    }

    /// <summary>Starts a balancer in front of them, with the same store.</summary>
    public Task<Balancer> BalanceAsync(params string[] options) =>
        Balancer.StartAsync([.. Servers.Select(server => server.Url)], ["--store", _store, .. options]);

    /// <summary>Returns the other server.</summary>
    public Shop OtherThan(int port) => Servers.Single(server => server.Port != port);

    public async ValueTask DisposeAsync()
    {
        foreach (Shop server in Servers)
        {
            await server.DisposeAsync();
        }
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
    }
}

/// <summary>Two servers shared by many tests, none of which stops them. Each test starts its own balancer in front of them.</summary>
public sealed class SharedShops : IAsyncLifetime
{
    internal Shops Shops { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Shops = await Shops.StartAsync();

    public ValueTask DisposeAsync() => Shops is null ? ValueTask.CompletedTask : Shops.DisposeAsync();
}

[CollectionDefinition]
public sealed class SharedShopsCollection : ICollectionFixture<SharedShops>;
