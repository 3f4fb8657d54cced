using System.Net;
using System.Net.Sockets;

namespace Carousel.EndToEnd.Deploy.Replicas;

/// <summary>The network location of a replica.</summary>
/// <param name="Launcher">The prefix of its command line.</param>
/// <param name="Address">Its own address.</param>
internal sealed record ReplicaPlace(string[] Launcher, IPAddress Address);

/// <summary>
/// A node with pods: each pod has its own network namespace and address, linked by a bridge in the node's namespace, which is separate from this machine's
/// network. Without root all share this machine's network and have loopback addresses of their own.
/// </summary>
internal sealed class ReplicaNetwork : IAsyncDisposable
{
    private readonly List<NetworkNamespace> _pods = [];
    private NetworkNamespace? _node;
    private int _count;

    private ReplicaNetwork()
    {
    }

    /// <summary>True if replicas have network namespaces of their own.</summary>
    public bool IsApart => _node is not null;

    /// <summary>The node's address: of the servers, the store and the clients.</summary>
    public IPAddress Node => IsApart ? IPAddress.Parse("10.77.0.1") : IPAddress.Loopback;

    /// <summary>The prefix of a command line that runs on the node.</summary>
    public string[] Launcher => _node?.Launcher ?? [];

    public static async Task<ReplicaNetwork> CreateAsync()
    {
        var network = new ReplicaNetwork();
        if (Tool.IsRoot)
        {
            network._node = await NetworkNamespace.CreateAsync();
            await network._node.IpAsync("link", "add", "pods", "type", "bridge");
            await network._node.IpAsync("addr", "add", $"{network.Node}/24", "dev", "pods");
            await network._node.IpAsync("link", "set", "pods", "up");
        }
        return network;
    }

    /// <summary>Adds a location for one more replica, at an unused address.</summary>
    public async Task<ReplicaPlace> AddAsync()
    {
        int number = ++_count;
        if (_node is null)
        {
            return new ReplicaPlace([], IPAddress.Parse($"127.0.1.{number}"));
        }
        NetworkNamespace pod = await NetworkNamespace.CreateAsync();
        _pods.Add(pod);
        await _node.IpAsync("link", "add", $"pod{number}", "type", "veth", "peer", "name", "eth0", "netns", pod.Name);
        await _node.IpAsync("link", "set", $"pod{number}", "master", "pods", "up");
        var address = IPAddress.Parse($"10.77.0.{10 + number}");
        await pod.IpAsync("addr", "add", $"{address}/24", "dev", "eth0");
        await pod.IpAsync("link", "set", "eth0", "up");
        return new ReplicaPlace(pod.Launcher, address);
    }

    /// <summary>Runs an action on the node, so that sockets it creates belong there.</summary>
    public T Run<T>(Func<T> act) => _node is null ? act() : _node.Run(act);

    /// <summary>Connects from the node.</summary>
    public Task<Socket> ConnectAsync(IPEndPoint to) => NetworkNamespace.ConnectAsync(_node, to);

    public async ValueTask DisposeAsync()
    {
        foreach (NetworkNamespace pod in _pods)
        {
            await pod.DisposeAsync();
        }
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }
}
