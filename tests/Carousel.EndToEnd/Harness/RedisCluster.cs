using System.Globalization;

namespace Carousel.EndToEnd.Harness;

/// <summary>A Redis Cluster of three primaries on 127.0.0.1, all slots covered.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;

    private RedisCluster(RedisServer[] nodes) => Nodes = nodes;

    public RedisServer[] Nodes { get; }

    public string Url => $"redis://{string.Join(',', Nodes.Select(node => $"127.0.0.1:{node.Port}"))}";

    public static async Task<RedisCluster> StartAsync()
    {
        RedisServer[] nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartNodeAsync()));
        var cluster = new RedisCluster(nodes);
        for (int i = 0; i < nodes.Length; i++)
        {
            string first = Text(Slots * i / nodes.Length), last = Text(Slots * (i + 1) / nodes.Length - 1);
            await nodes[i].CliAsync("cluster", "addslotsrange", first, last);
            // Otherwise nodes resolve equal epochs first, which takes long.
            await nodes[i].CliAsync("cluster", "set-config-epoch", Text(i + 1));
        }
        foreach (RedisServer other in nodes.Skip(1))
        {
            await nodes[0].CliAsync("cluster", "meet", "127.0.0.1", Text(other.Port), Text(BusPort(other)));
        }
        foreach (RedisServer node in nodes)
        {
            await cluster.CompleteAsync(node);
        }
        return cluster;
    }

    /// <summary>Waits until this node reports a complete cluster.</summary>
    public async Task CompleteAsync(RedisServer node)
    {
        for (string output = ""; !output.Contains("cluster_state:ok", StringComparison.Ordinal) || !output.Contains("cluster_known_nodes:3", StringComparison.Ordinal);)
        {
            output = await node.CliAsync("cluster", "info");
        }
    }

    /// <summary>The hash under this key, read from the node that has it.</summary>
    public Task<Dictionary<string, string>> HashAsync(string key) => Nodes[0].HashAsync(key);

    public async ValueTask DisposeAsync()
    {
        foreach (RedisServer node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static async Task<RedisServer> StartNodeAsync()
    {
        // The default bus port, 10000 above, may be in the range of outgoing connections.
        RedisServer node = await RedisServer.StartAsync(
            "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "1000", "--cluster-port", Text(FixedPort.Next()));
        node.CliOptions = ["-c"];
        return node;
    }

    private static int BusPort(RedisServer node) => int.Parse(node.Options[Array.IndexOf(node.Options, "--cluster-port") + 1], CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
