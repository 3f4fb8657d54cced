using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Ring;

namespace Carousel.Core.Pool;

/// <summary>Makes a pool from what servers.txt says. Pure.</summary>
public static class PoolBuilder
{
    /// <summary>The servers of these entries, each with its id and, in the order of the file, its slot.</summary>
    public static ImmutableArray<Server> Servers(IReadOnlyList<ServerEntry> entries)
    {
        string[] ids = ServerIds.For([.. entries.Select(entry => entry.Address.Url)]);
        return [.. entries.Select((entry, slot) => new Server(ids[slot], slot, entry))];
    }

    /// <summary>
    /// The first snapshot: the rings know all servers in the order of the file. Those given as addresses can be reached and are in at once, unless they
    /// are to be <paramref name="probed"/> first; all others are out, to be restored to their places when their names resolve and they are found healthy.
    /// </summary>
    public static PoolSnapshot Build(ImmutableArray<Server> servers, bool probed = false) =>
        Build(servers, [.. servers.Select(server => First(server, probed))]);

    /// <summary>As above, with the standing of each server.</summary>
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

    /// <summary>How a server stands of which nothing is known yet but its line.</summary>
    internal static ServerStatus First(Server server, bool probed)
    {
        ServerAddress address = server.Entry.Address;
        return new ServerStatus(IPAddress.TryParse(address.Host, out IPAddress? ip) ? [new IPEndPoint(ip, address.Port)] : [], IsHealthy: !probed);
    }
}
