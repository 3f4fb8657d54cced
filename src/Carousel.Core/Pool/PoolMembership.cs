using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;

namespace Carousel.Core.Pool;

/// <summary>
/// The one place that changes a pool: which servers there are and what is set of them, told by servers.txt or server by server; how they stand, told by
/// names and probes. It decides which servers are in a ring: those that have an address, are healthy and take visitors. Whatever it is told, in whatever
/// order, rings and snapshot then say the same. Nobody else publishes while it is in use. Any thread.
/// </summary>
/// <param name="pool">Whose servers it decides on.</param>
/// <param name="probed">New servers are sent nothing before the first <see cref="SetHealth"/> says that they are healthy.</param>
/// <param name="time">The workers' clock, which slow starts run by; null for the system's.</param>
public sealed class PoolMembership(ServerPool pool, bool probed = false, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    private long SlowStartMs => (long)pool.SlowStart.TotalMilliseconds;

    /// <summary>Whose servers it decides on.</summary>
    public ServerPool Pool => pool;

    /// <summary>
    /// Makes the pool what this list says, whatever was set before: who is listed and new comes in, at its place in the list; whose options are others has
    /// them from now on; who is not listed any more is leaving (<see cref="ServerStatus.IsLeaving"/>), and one that was leaving and is listed stays, with all
    /// that is known of it. Nobody else notices.
    /// </summary>
    /// <returns>What is different now.</returns>
    public PoolChange Apply(IReadOnlyList<ServerEntry> entries)
    {
        lock (_gate)
        {
            return Apply_NeedsLock(entries);
        }
    }

    /// <summary>
    /// Takes over what is different between two states of a list. What was set of a server whose line is as it was holds, even that it was removed; one that
    /// was added without a line stays.
    /// </summary>
    /// <param name="before">The list as it was.</param>
    /// <param name="now">The list as it is: of addresses that differ.</param>
    /// <returns>What is different now.</returns>
    public PoolChange Follow(IReadOnlyList<ServerEntry> before, IReadOnlyList<ServerEntry> now)
    {
        lock (_gate)
        {
            return Apply_NeedsLock(ListMerge.Of(before, now, [.. Listed_NeedsLock()]));
        }
    }

    /// <summary>Adds a server behind all others; one that is there, or is leaving, gets these options and stays. Never "not found".</summary>
    public ChangeResult Add(ServerEntry entry)
    {
        lock (_gate)
        {
            return Result_NeedsLock([.. Listed_NeedsLock().Where(other => other.Address != entry.Address), entry]);
        }
    }

    /// <summary>The server is leaving from now on, as one whose line was deleted.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    public ChangeResult Remove(ulong tag) => Edit(tag, _ => null);

    /// <summary>The server takes no new visitors from now on, or takes them again.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    /// <param name="drain">Whether to.</param>
    public ChangeResult Drain(ulong tag, bool drain) => Edit(tag, entry => entry with { Drain = drain });

    /// <summary>Sets a server's weight.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    /// <param name="weight">0 to <see cref="ServerEntry.MaxWeight"/>; with 0 it takes only visitors who belong to it.</param>
    public ChangeResult SetWeight(ulong tag, int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, ServerEntry.MaxWeight);
        return Edit(tag, entry => entry with { Weight = weight });
    }

    /// <summary>Sets how many requests a server may have in flight.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    /// <param name="max">At least 1; null for no limit. Those beyond a lower limit finish.</param>
    public ChangeResult SetMax(ulong tag, int? max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max ?? 1, 1, nameof(max));
        return Edit(tag, entry => entry with { MaxRequests = max });
    }

    /// <summary>
    /// A server that is leaving is gone now: its slot is free, and whoever still has a request there is to cut it. False if it is not leaving (any more), or
    /// gone already.
    /// </summary>
    public bool Forget(Server server)
    {
        lock (_gate)
        {
            PoolSnapshot now = pool.Current;
            if (!now[server].IsLeaving)
            {
                return false;
            }
            ImmutableArray<Server> others = now.Servers.Remove(server);
            now.Rings.Forget(server);
            Publish_NeedsLock(new PoolSnapshot(now.Rings, others, [.. others.Select(other => now[other])]), []);
            return true;
        }
    }

    /// <summary>The servers of this name have these addresses now, in the order to try; none if it does not resolve.</summary>
    public void SetAddresses(string host, ImmutableArray<IPAddress> addresses)
    {
        lock (_gate)
        {
            PoolSnapshot now = pool.Current;
            ImmutableArray<Server> servers = [.. now.Servers.Where(server => server.Entry.Address.Host == host)];
            if (servers.IsEmpty)
            {
                return;
            }
            Publish_NeedsLock(now.With(servers.Select(server =>
            {
                ImmutableArray<IPEndPoint> endPoints = [.. addresses.Select(address => new IPEndPoint(address, server.Entry.Address.Port))];
                if (!endPoints.Any(now.EndPoints(server).Contains))
                {
                    // What its requests came to was elsewhere.
                    server.Load.Breaker.Reset();
                }
                return (server, now[server] with { EndPoints = endPoints });
            })), servers);
        }
    }

    /// <summary>A server is healthy now, or not. One that is not in the pool (any more) is left alone.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>: it may have another slot by now.</param>
    /// <param name="healthy">The verdict.</param>
    public void SetHealth(ulong tag, bool healthy)
    {
        lock (_gate)
        {
            PoolSnapshot now = pool.Current;
            if (now.Find(tag) is not { } server)
            {
                return;
            }
            if (!healthy)
            {
                // Whenever it comes back.
                server.Load.StartSlowlyLater();
            }
            ServerStatus before = now[server];
            if (before.IsHealthy != healthy || (!healthy && !before.WasProbed))
            {
                if (healthy)
                {
                    server.Load.Breaker.Reset();
                }
                Publish_NeedsLock(now.With([(server, before with { IsHealthy = healthy, WasProbed = true })]), [server]);
            }
        }
    }

    /// <summary>
    /// A probe of a server went well. If the server is ejected and its time is over, that is its trial: it need not wait for a request to be one. Nothing
    /// comes of it if it only took a connection, and owes an answer for long.
    /// </summary>
    /// <param name="server">Which.</param>
    /// <param name="responded">It has answered; else it only took a connection.</param>
    /// <returns>True if the server is back by it.</returns>
    public bool ProbeWentWell(Server server, bool responded)
    {
        long nowMs = NowMs;
        if ((!responded && server.Load.IsSilent(nowMs)) || !server.Load.Breaker.TryReturn(nowMs))
        {
            return false;
        }
        server.Load.StartSlowly(nowMs, SlowStartMs);
        return true;
    }

    /// <summary>Changes the entry of one server, or takes it off the list.</summary>
    private ChangeResult Edit(ulong tag, Func<ServerEntry, ServerEntry?> edit)
    {
        lock (_gate)
        {
            PoolSnapshot now = pool.Current;
            if (now.Find(tag) is not { } server || now[server].IsLeaving)
            {
                return ChangeResult.NotFound;
            }
            return Result_NeedsLock([.. Listed_NeedsLock().Select(entry => ReferenceEquals(entry, server.Entry) ? edit(entry) : entry).OfType<ServerEntry>()]);
        }
    }

    private IEnumerable<ServerEntry> Listed_NeedsLock()
    {
        PoolSnapshot now = pool.Current;
        return now.Servers.Where(server => !now[server].IsLeaving).Select(server => server.Entry);
    }

    private ChangeResult Result_NeedsLock(ServerEntry[] entries) => Apply_NeedsLock(entries).IsEmpty ? ChangeResult.Unchanged : ChangeResult.Done;

    private PoolChange Apply_NeedsLock(IReadOnlyList<ServerEntry> entries)
    {
        PoolSnapshot now = pool.Current;
        var plan = new PoolPlan(now, entries, probed);
        foreach (Server server in plan.Servers)
        {
            // Even if nothing but its line's number changed.
            server.Entry = plan.EntryOf(server);
        }
        if (!plan.Change.IsEmpty)
        {
            foreach (Server server in plan.Change.Added)
            {
                // It joins others that are warm.
                server.Load.StartSlowlyLater();
            }
            now.Rings.Reserve(plan.Servers);
            Publish_NeedsLock(new PoolSnapshot(now.Rings, plan.Servers, plan.Statuses), plan.Servers);
        }
        return plan.Change;
    }

    /// <summary>
    /// Whom a ring gives can be reached, by the newest snapshot and by the one before, and a ring is not empty in between: who comes and can be reached already
    /// is in before the new snapshot says it, others right after; who can't be reached any more is out before, and who only takes no more visitors leaves last.
    /// </summary>
    /// <param name="next">To be published.</param>
    /// <param name="changed">Those of its servers that may be what they were not before, or another thing.</param>
    private void Publish_NeedsLock(PoolSnapshot next, ImmutableArray<Server> changed)
    {
        PoolSnapshot now = pool.Current;
        if (next.LeavingServersTakeTraffic != now.LeavingServersTakeTraffic)
        {
            changed = next.Servers;
        }
        Server[] coming = [.. changed.Where(next.TakesNewTraffic)];
        Array.ForEach(coming, server => server.Load.Begin(NowMs, SlowStartMs));
        Array.ForEach(coming.Where(now.CanServe).ToArray(), server => next.Rings.Of(server).Restore(server));
        Array.ForEach(changed.Where(server => !next.CanServe(server)).ToArray(), next.Rings.Remove);
        pool.Publish(next);
        Array.ForEach(coming, server => next.Rings.Of(server).Restore(server));
        foreach (Server server in changed)
        {
            if (!next.TakesNewTraffic(server))
            {
                next.Rings.Remove(server);
            }
            next.Rings.NotOf(server).Forget(server);
        }
    }
}
