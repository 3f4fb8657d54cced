using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Ring;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>Builds a pool from the entries of servers.txt.</summary>
public static class PoolBuilder
{
    /// <summary>The servers of these entries, each with its id and a slot, in file order.</summary>
    /// <param name="entries">Entries with different addresses.</param>
    /// <param name="slots">Where the slots come from.</param>
    public static ImmutableArray<Server> Servers(IReadOnlyList<ServerEntry> entries, SlotAllocator slots)
    {
        string[] ids = ServerIds.For([.. entries.Select(entry => entry.Address.Url)]);
        return [.. entries.Select((entry, i) => new Server(ids[i], slots.Take(), entry))];
    }

    /// <summary>
    /// The first snapshot. The rings contain places for all servers, in file order. Servers configured by IP address are in rotation at once, unless
    /// they are <paramref name="probed"/> first. All others are added at their places when their names resolve and they are healthy.
    /// </summary>
    public static PoolSnapshot Build(ImmutableArray<Server> servers, bool probed = false) =>
        Build(servers, [.. servers.Select(server => First(server, probed))]);

    /// <summary>As above, with the status of each server.</summary>
    public static PoolSnapshot Build(ImmutableArray<Server> servers, ImmutableArray<ServerStatus> statuses)
    {
        var rings = new ServerRings();
        var pool = new PoolSnapshot(rings, servers, statuses);
        foreach (Server server in servers)
        {
            ServerRing ring = rings.Of(server);
            ring.Add(server);
            if (!pool.TakesNewTraffic(server))
            {
                ring.Remove(server);
            }
        }
        return pool;
    }

    /// <summary>The initial status of a server.</summary>
    internal static ServerStatus First(Server server, bool probed)
    {
        ServerAddress address = server.Entry.Address;
        return new ServerStatus(IPAddress.TryParse(address.Host, out IPAddress? ip) ? [new IPEndPoint(ip, address.Port)] : [], IsHealthy: !probed);
    }
}
