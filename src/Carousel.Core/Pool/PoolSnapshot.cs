using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Ring;

namespace Carousel.Core.Pool;

/// <summary>
/// What a worker needs to know of the pool for one request: take it once, and use it to the request's end. Immutable but for the ring, which all
/// snapshots of a pool share: its cursor turns, and servers leave it and come back. So a server from the ring may, for an instant, have no end
/// points in the snapshot at hand: it is then to be passed over like one that can't be connected to.
/// </summary>
public sealed class PoolSnapshot(ServerRing ring, ImmutableArray<Server> servers, ImmutableArray<ImmutableArray<IPEndPoint>> endPoints)
{
    /// <summary>The servers that may be picked, in rotation. Servers that can't be reached by name are not in it.</summary>
    public ServerRing Ring { get; } = ring;

    /// <summary>All servers, by slot, in the order of the file.</summary>
    public ImmutableArray<Server> Servers { get; } = servers;

    /// <summary>Where each server can be reached, by slot, in the order to try; empty while its name does not resolve.</summary>
    public ImmutableArray<ImmutableArray<IPEndPoint>> EndPoints { get; } = endPoints;
}
