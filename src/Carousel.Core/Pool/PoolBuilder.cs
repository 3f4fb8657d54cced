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
    /// The first snapshot: the ring knows all servers in the order of the file. Those given as addresses can be reached and are in it at
    /// once, unless they are to be <paramref name="probed"/>; all others are out, to be restored to their places when their names resolve and they
    /// are found healthy.
    /// </summary>
    public static PoolSnapshot Build(ImmutableArray<Server> servers, bool probed = false)
    {
        var ring = new ServerRing();
        var endPoints = ImmutableArray.CreateBuilder<ImmutableArray<IPEndPoint>>(servers.Length);
        foreach (Server server in servers)
        {
            ImmutableArray<IPEndPoint> known = Literal(server.Entry.Address);
            endPoints.Add(known);
            ring.Add(server);
            if (probed || known.IsEmpty)
            {
                ring.Remove(server);
            }
        }
        return new PoolSnapshot(ring, servers, endPoints.MoveToImmutable(), [.. servers.Select(_ => !probed)]);
    }

    private static ImmutableArray<IPEndPoint> Literal(ServerAddress address) =>
        IPAddress.TryParse(address.Host, out IPAddress? ip) ? [new IPEndPoint(ip, address.Port)] : [];
}
