using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>
/// The only writer of a pool. Inputs are the server list and per-server changes, name resolution and probes. It decides which servers are in a ring:
/// those that have an address, are healthy and take new sessions. Rings and snapshot agree after any sequence of inputs. No other code may publish to
/// the pool meanwhile. Any thread.
/// </summary>
public sealed class PoolMembership
{
    private readonly Pool _pool;
    private readonly PoolUpdates _updates;
    private readonly SlotAllocator _slots;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    /// <param name="pool">The pool to change.</param>
    /// <param name="updates">Receives each change.</param>
    /// <param name="slots">The slots of new and removed servers.</param>
    /// <param name="time">The workers' clock, for slow starts.</param>
    internal PoolMembership(Pool pool, PoolUpdates updates, SlotAllocator slots, TimeProvider time) =>
        (_pool, _updates, _slots, _time) = (pool, updates, slots, time);

    /// <summary>The pool that it changes.</summary>
    public Pool Pool => _pool;

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    private long SlowStartMs => (long)_pool.Options.SlowStart.TotalMilliseconds;

    /// <summary>
    /// Makes the pool match this list and discards run-time changes. New servers are added at their place in the list. Changed options apply from now
    /// on. Servers that are no longer listed are leaving (<see cref="ServerStatus.IsLeaving"/>); one that was leaving and is listed again stays and
    /// keeps its state. All other servers are unaffected.
    /// </summary>
    /// <returns>The changes.</returns>
    public PoolChange Apply(IReadOnlyList<ServerEntry> entries) =>
        Change(() => Apply_NeedsLock(entries));

    /// <summary>
    /// Applies the difference between two versions of a list. Run-time changes of a server whose line is unchanged remain, including its removal; a
    /// server that was added without a line stays.
    /// </summary>
    /// <param name="before">The previous list.</param>
    /// <param name="now">The new list, without duplicate addresses.</param>
    /// <returns>The changes.</returns>
    public PoolChange Follow(IReadOnlyList<ServerEntry> before, IReadOnlyList<ServerEntry> now) =>
        Change(() => Apply_NeedsLock(ListMerge.Of(before, now, [.. Listed_NeedsLock()])));

    /// <summary>
    /// Adds a server after all others. One that exists or is leaving gets these options and stays. Never returns <see cref="ChangeResult.NotFound"/>.
    /// </summary>
    public ChangeResult Add(ServerEntry entry) =>
        Change(() => Result_NeedsLock([.. Listed_NeedsLock().Where(other => other.Address != entry.Address), entry]));

    /// <summary>Makes the server leave, as if its line was deleted.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    public ChangeResult Remove(ulong tag) => Edit(tag, _ => null);

    /// <summary>Drains the server (it takes no new sessions), or ends the drain.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    /// <param name="drain">True to drain.</param>
    public ChangeResult Drain(ulong tag, bool drain) => Edit(tag, entry => entry with { Drain = drain });

    /// <summary>Sets a server's weight.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    /// <param name="weight">0 to <see cref="ServerEntry.MaxWeight"/>; with 0 the server takes only requests of its existing sessions.</param>
    public ChangeResult SetWeight(ulong tag, int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, ServerEntry.MaxWeight);
        return Edit(tag, entry => entry with { Weight = weight });
    }

    /// <summary>Sets the maximum number of requests in flight.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>.</param>
    /// <param name="max">At least 1; null for no limit. Requests above a lowered limit finish.</param>
    public ChangeResult SetMax(ulong tag, int? max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max ?? 1, 1, nameof(max));
        return Edit(tag, entry => entry with { MaxRequests = max });
    }

    /// <summary>
    /// Removes a leaving server: its slot becomes free, and requests still in flight there are to be cut. False if it is not leaving (any more), or
    /// already removed.
    /// </summary>
    public bool Forget(Server server) => Change(() =>
    {
        PoolSnapshot now = _pool.Current;
        if (!now[server].IsLeaving)
        {
            return false;
        }
        ImmutableArray<Server> others = now.Servers.Remove(server);
        now.Rings.Forget(server);
        Publish_NeedsLock(new PoolSnapshot(now.Rings, others, [.. others.Select(other => now[other])]), []);
        _slots.Free(server.Slot);
        return true;
    });

    /// <summary>Sets the addresses of the servers with this host name, in the order to try; none if it does not resolve.</summary>
    public void SetAddresses(string host, ImmutableArray<IPAddress> addresses) => Change(() =>
    {
        PoolSnapshot now = _pool.Current;
        ImmutableArray<Server> servers = [.. now.Servers.Where(server => server.Entry.Address.Host == host)];
        if (servers.IsEmpty)
        {
            return false;
        }
        Publish_NeedsLock(now.With(servers.Select(server =>
        {
            ImmutableArray<IPEndPoint> endPoints = [.. addresses.Select(address => new IPEndPoint(address, server.Entry.Address.Port))];
            if (!endPoints.Any(now.EndPoints(server).Contains))
            {
                // Its results belong to the old addresses.
                server.Load.Breaker.Reset();
            }
            return (server, now[server] with { EndPoints = endPoints });
        })), servers);
        return true;
    });

    /// <summary>Sets a server's health. Ignored if the server is no longer in the pool.</summary>
    /// <param name="tag">Its <see cref="Server.Tag"/>: its slot may have changed.</param>
    /// <param name="healthy">The verdict.</param>
    public void SetHealth(ulong tag, bool healthy) => Change(() =>
    {
        PoolSnapshot now = _pool.Current;
        if (now.Find(tag) is not { } server)
        {
            return false;
        }
        if (!healthy)
        {
            // Takes effect when it becomes healthy again.
            server.Load.StartSlowlyLater();
        }
        ServerStatus before = now[server];
        if (before.IsHealthy == healthy && (healthy || before.WasProbed))
        {
            return false;
        }
        if (healthy)
        {
            server.Load.Breaker.Reset();
        }
        Publish_NeedsLock(now.With([(server, before with { IsHealthy = healthy, WasProbed = true })]), [server]);
        return true;
    });

    /// <summary>
    /// A probe of a server succeeded. If the server is ejected and its ejection time is over, the probe is its trial, without waiting for a request.
    /// A connect-only probe is ignored if responses of the server are overdue.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="responded">True if it sent a response; false for a connect-only probe.</param>
    /// <returns>True if this ended the ejection.</returns>
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

    /// <summary>Changes the entry of one server, or removes it from the list.</summary>
    private ChangeResult Edit(ulong tag, Func<ServerEntry, ServerEntry?> edit) => Change(() =>
    {
        PoolSnapshot now = _pool.Current;
        return now.Find(tag) is not { } server || now[server].IsLeaving
            ? ChangeResult.NotFound
            : Result_NeedsLock([.. Listed_NeedsLock().Select(entry => ReferenceEquals(entry, server.Entry) ? edit(entry) : entry).OfType<ServerEntry>()]);
    });

    /// <summary>Changes the pool under the lock, and tells its followers afterwards.</summary>
    private T Change<T>(Func<T> change)
    {
        T result;
        lock (_gate)
        {
            result = change();
        }
        _updates.Deliver();
        return result;
    }

    private IEnumerable<ServerEntry> Listed_NeedsLock()
    {
        PoolSnapshot now = _pool.Current;
        return now.Servers.Where(server => !now[server].IsLeaving).Select(server => server.Entry);
    }

    private ChangeResult Result_NeedsLock(ServerEntry[] entries) => Apply_NeedsLock(entries).IsEmpty ? ChangeResult.Unchanged : ChangeResult.Done;

    private PoolChange Apply_NeedsLock(IReadOnlyList<ServerEntry> entries)
    {
        PoolSnapshot now = _pool.Current;
        var plan = new PoolPlan(now, entries, _pool.Options.Health.IsOn, _slots);
        foreach (Server server in plan.Servers)
        {
            // Even if only its line number changed.
            server.Entry = plan.EntryOf(server);
        }
        if (!plan.Change.IsEmpty)
        {
            foreach (Server server in plan.Change.Added)
            {
                // The other servers are warm.
                server.Load.StartSlowlyLater();
            }
            now.Rings.Reserve(plan.Servers);
            Publish_NeedsLock(new PoolSnapshot(now.Rings, plan.Servers, plan.Statuses), plan.Servers, plan.Change.Changed.Select(changed => changed.Server));
        }
        return plan.Change;
    }

    /// <summary>
    /// Keeps rings and snapshots consistent. A server from a ring can be reached by the newest snapshot and by the one before, and a ring is never
    /// empty in between. A joining server that the current snapshot can already reach enters the ring before the new snapshot is published, others
    /// right after. A server that can no longer be reached is taken out before; one that only takes no new sessions is taken out last.
    /// </summary>
    /// <param name="next">The snapshot to publish.</param>
    /// <param name="changed">Servers of the snapshot whose status or options may have changed.</param>
    /// <param name="edited">Those of them whose options changed; null for none.</param>
    private void Publish_NeedsLock(PoolSnapshot next, ImmutableArray<Server> changed, IEnumerable<Server>? edited = null)
    {
        PoolSnapshot now = _pool.Current;
        if (next.LeavingServersTakeTraffic != now.LeavingServersTakeTraffic)
        {
            changed = next.Servers;
        }
        Server[] joining = [.. changed.Where(next.TakesNewTraffic)];
        Array.ForEach(joining, server => server.Load.Begin(NowMs, SlowStartMs));
        Array.ForEach(joining.Where(now.CanServe).ToArray(), server => next.Rings.Of(server).Restore(server));
        Array.ForEach(changed.Where(server => !next.CanServe(server)).ToArray(), next.Rings.Remove);
        _pool.Publish(next);
        Array.ForEach(joining, server => next.Rings.Of(server).Restore(server));
        foreach (Server server in changed)
        {
            if (!next.TakesNewTraffic(server))
            {
                next.Rings.Remove(server);
            }
            next.Rings.NotOf(server).Forget(server);
        }
        _updates.Enqueue(next, edited ?? []);
    }
}
