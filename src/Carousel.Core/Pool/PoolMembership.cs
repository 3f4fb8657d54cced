using System.Collections.Immutable;
using System.Net;

namespace Carousel.Core.Pool;

/// <summary>
/// The one place that decides which servers are in the ring: those that have an address and are healthy. Names and probes tell it what they know, in
/// whatever order; ring and snapshot then say the same. Nobody else publishes while it is in use. Any thread.
/// </summary>
public sealed class PoolMembership(ServerPool pool)
{
    private readonly Lock _gate = new();

    /// <summary>Whose servers it decides on.</summary>
    public ServerPool Pool => pool;

    /// <summary>The servers of this name have these addresses now, in the order to try; none if it does not resolve.</summary>
    public void SetAddresses(string host, ImmutableArray<IPAddress> addresses)
    {
        lock (_gate)
        {
            PoolSnapshot before = pool.Current;
            Server[] concerned = [.. before.Servers.Where(server => server.Entry.Address.Host == host)];
            ImmutableArray<ImmutableArray<IPEndPoint>>.Builder endPoints = before.EndPoints.ToBuilder();
            foreach (Server server in concerned)
            {
                endPoints[server.Slot] = [.. addresses.Select(address => new IPEndPoint(address, server.Entry.Address.Port))];
            }
            Publish_NeedsLock(before.With(endPoints.MoveToImmutable()), concerned);
        }
    }

    /// <summary>A server is healthy now, or not. One that is not in the pool (any more) is left alone.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>: it may have another slot by now.</param>
    /// <param name="healthy">The verdict.</param>
    public void SetHealth(ulong tag, bool healthy)
    {
        lock (_gate)
        {
            PoolSnapshot before = pool.Current;
            if (before.Find(tag) is { } server && before.Healthy[server.Slot] != healthy)
            {
                Publish_NeedsLock(before.With(before.Healthy.SetItem(server.Slot, healthy)), [server]);
            }
        }
    }

    /// <summary>Who leaves does so before the snapshot says it and who comes after, so that what the ring gives can be reached by the newest snapshot.</summary>
    private void Publish_NeedsLock(PoolSnapshot next, Server[] concerned)
    {
        foreach (Server server in concerned.Where(server => !next.MayPick(server)))
        {
            next.Ring.Remove(server);
        }
        pool.Publish(next);
        foreach (Server server in concerned.Where(next.MayPick))
        {
            next.Ring.Restore(server);
        }
    }
}
