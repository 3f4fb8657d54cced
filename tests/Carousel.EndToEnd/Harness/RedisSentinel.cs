using System.Globalization;

namespace Carousel.EndToEnd.Harness;

/// <summary>A primary, a replica of it, and three sentinels that watch them under the name <see cref="ServiceName"/>.</summary>
internal sealed class RedisSentinel : IAsyncDisposable
{
    public const string ServiceName = "carousel-test";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carousel-sentinel-");
    private readonly List<ChildProcess> _sentinels = [];
    private readonly List<int> _ports = [];

    private RedisSentinel(RedisServer primary, RedisServer replica) => (Primary, Replica) = (primary, replica);

    /// <summary>The initial primary.</summary>
    public RedisServer Primary { get; }

    /// <summary>The initial replica.</summary>
    public RedisServer Replica { get; }

    public string Url => $"redis://{string.Join(',', _ports.Select(port => $"127.0.0.1:{port}"))}?serviceName={ServiceName}";

    public static async Task<RedisSentinel> StartAsync()
    {
        RedisServer primary = await RedisServer.StartAsync();
        RedisServer replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture));
        var set = new RedisSentinel(primary, replica);
        for (int i = 0; i < 3; i++)
        {
            await set.AddSentinelAsync();
        }
        foreach (int port in set._ports)
        {
            await set.WatchesAsync(port);
        }
        return set;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess sentinel in _sentinels)
        {
            await sentinel.DisposeAsync();
        }
        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task AddSentinelAsync()
    {
        int port = FixedPort.Next();
        string config = Path.Combine(_directory.FullName, $"{port}.conf");
        await File.WriteAllTextAsync(config, $"""
            port {port}
            bind 127.0.0.1
            dir {_directory.FullName}
            sentinel monitor {ServiceName} 127.0.0.1 {Primary.Port} 2
            sentinel down-after-milliseconds {ServiceName} 1000
            sentinel failover-timeout {ServiceName} 3000

            """);
        _sentinels.Add(ChildProcess.Start(_directory.FullName, "redis-server", config, "--sentinel"));
        _ports.Add(port);
    }

    /// <summary>Waits until this sentinel knows the replica and both other sentinels, so that a failover is possible.</summary>
    private async Task WatchesAsync(int port)
    {
        string output = "";
        while (!output.Contains("slaves=1,sentinels=3", StringComparison.Ordinal))
        {
            await using var cli = ChildProcess.Start(_directory.FullName, "redis-cli", "-p", port.ToString(CultureInfo.InvariantCulture), "info", "sentinel");
            await cli.ExitAsync();
            output = cli.Output;
        }
    }
}
