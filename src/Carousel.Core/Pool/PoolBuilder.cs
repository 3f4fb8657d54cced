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
    /// The first snapshot: servers given as addresses can be reached and are in the ring at once, in the order of the file; those given
    /// by name come when their names resolve.
    /// </summary>
    public static PoolSnapshot Build(ImmutableArray<Server> servers)
    {
        var ring = new ServerRing();
        var endPoints = ImmutableArray.CreateBuilder<ImmutableArray<IPEndPoint>>(servers.Length);
        foreach (Server server in servers)
        {
            ImmutableArray<IPEndPoint> known = Literal(server.Entry.Address);
            endPoints.Add(known);
            if (!known.IsEmpty)
            {
                ring.Add(server);
            }
        }
        return new PoolSnapshot(ring, servers, endPoints.MoveToImmutable());
    }

    private static ImmutableArray<IPEndPoint> Literal(ServerAddress address) =>
        IPAddress.TryParse(address.Host, out IPAddress? ip) ? [new IPEndPoint(ip, address.Port)] : [];
}
