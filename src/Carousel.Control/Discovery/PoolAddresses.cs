using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Pool;

namespace Carousel.Control.Discovery;

/// <summary>Writes the addresses of names into the pool. Any thread, one at a time.</summary>
internal sealed class PoolAddresses(ServerPool pool)
{
    private readonly Lock _gate = new();

    /// <summary>
    /// Publishes a snapshot in which the servers of this name have these addresses, and takes the servers out of the ring or puts them
    /// back at their place. A server is in the ring only while the published snapshot has addresses for it.
    /// </summary>
    public void Set(string host, ImmutableArray<IPAddress> addresses)
    {
        lock (_gate)
        {
            PoolSnapshot before = pool.Current;
            Server[] concerned = [.. before.Servers.Where(server => server.Entry.Address.Host == host)];
            ImmutableArray<ImmutableArray<IPEndPoint>>.Builder endPoints = before.EndPoints.ToBuilder();
            foreach (Server server in concerned)
            {
                endPoints[server.Slot] = [.. addresses.Select(address => new IPEndPoint(address, server.Entry.Address.Port))];
                if (addresses.IsEmpty)
                {
                    before.Ring.Remove(server);
                }
            }
            pool.Publish(new PoolSnapshot(before.Ring, before.Servers, endPoints.MoveToImmutable()));
            foreach (Server server in concerned.Where(_ => !addresses.IsEmpty))
            {
                before.Ring.Restore(server);
            }
        }
    }
}
