using System.Collections.Immutable;
using System.Net;

namespace Carousel.Core.Pool;

/// <summary>
/// The one place that decides which servers are in the ring: those that have an address, are healthy and take visitors. Names and probes tell it what they
/// know, in whatever order; rings and snapshot then say the same. Nobody else publishes while it is in use. Any thread.
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
            Change_NeedsLock([.. before.Servers.Where(server => server.Entry.Address.Host == host).Select(server =>
            {
                ImmutableArray<IPEndPoint> endPoints = [.. addresses.Select(address => new IPEndPoint(address, server.Entry.Address.Port))];
                return (server, before[server] with { EndPoints = endPoints });
            })]);
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
            if (before.Find(tag) is not { } server)
            {
                return;
            }
            if (!healthy)
            {
                // Whenever it comes back.
                server.Load.StartSlowly();
            }
            if (before[server].IsHealthy != healthy)
            {
                if (healthy)
                {
                    server.Load.Guard.Forgive();
                }
                Change_NeedsLock([(server, before[server] with { IsHealthy = healthy })]);
            }
        }
    }

    /// <summary>Who leaves does so before the snapshot says it and who comes after, so that what the ring gives can be reached by the newest snapshot.</summary>
    private void Change_NeedsLock((Server Server, Standing Standing)[] changes)
    {
        PoolSnapshot next = pool.Current.With(changes);
        foreach ((Server server, _) in changes.Where(change => !next.TakesVisitors(change.Server)))
        {
            next.RingOf(server).Remove(server);
        }
        pool.Publish(next);
        foreach ((Server server, _) in changes.Where(change => next.TakesVisitors(change.Server)))
        {
            next.RingOf(server).Restore(server);
        }
    }
}
