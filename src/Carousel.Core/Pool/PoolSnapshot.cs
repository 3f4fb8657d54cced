using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Ring;

namespace Carousel.Core.Pool;

/// <summary>
/// What a worker needs to know of the pool for one request: take it once, and use it to the request's end. Immutable but for the ring, which all
/// snapshots of a pool share: its cursor turns, and servers leave it and come back. So a server from the ring may, for an instant, have no end
/// points in the snapshot at hand: it is then to be passed over like one that can't be connected to.
/// </summary>
public sealed class PoolSnapshot
{
    private readonly Dictionary<ulong, Server> _byTag;

    /// <param name="ring">The servers that may be picked, in rotation.</param>
    /// <param name="servers">All servers, by slot.</param>
    /// <param name="endPoints">Where each can be reached, by slot.</param>
    /// <param name="healthy">Whether each may be sent to, by slot.</param>
    public PoolSnapshot(
        ServerRing ring, ImmutableArray<Server> servers, ImmutableArray<ImmutableArray<IPEndPoint>> endPoints, ImmutableArray<bool> healthy)
        : this(ring, servers, endPoints, healthy, servers.ToDictionary(server => server.Tag))
    {
    }

    private PoolSnapshot(
        ServerRing ring,
        ImmutableArray<Server> servers,
        ImmutableArray<ImmutableArray<IPEndPoint>> endPoints,
        ImmutableArray<bool> healthy,
        Dictionary<ulong, Server> byTag)
    {
        Ring = ring;
        Servers = servers;
        EndPoints = endPoints;
        Healthy = healthy;
        _byTag = byTag;
    }

    /// <summary>The servers that may be picked, in rotation: those of which <see cref="MayPick"/> says so.</summary>
    public ServerRing Ring { get; }

    /// <summary>All servers, by slot, in the order of the file.</summary>
    public ImmutableArray<Server> Servers { get; }

    /// <summary>Where each server can be reached, by slot, in the order to try; empty while its name does not resolve.</summary>
    public ImmutableArray<ImmutableArray<IPEndPoint>> EndPoints { get; }

    /// <summary>Whether each server is healthy, by slot: false from the start until its first probe went well, if servers are probed.</summary>
    public ImmutableArray<bool> Healthy { get; }

    /// <summary>The server of this <see cref="Server.Tag"/>, whether it may be picked or not; null if the pool has none.</summary>
    public Server? Find(ulong tag) => _byTag.GetValueOrDefault(tag);

    /// <summary>True if the server may be picked: the one place where this is asked. It may change at any moment.</summary>
    public bool MayPick(Server server) => !EndPoints[server.Slot].IsEmpty && Healthy[server.Slot];

    /// <summary>The same servers with other addresses.</summary>
    internal PoolSnapshot With(ImmutableArray<ImmutableArray<IPEndPoint>> endPoints) => new(Ring, Servers, endPoints, Healthy, _byTag);

    /// <summary>The same servers in other health.</summary>
    internal PoolSnapshot With(ImmutableArray<bool> healthy) => new(Ring, Servers, EndPoints, healthy, _byTag);
}
