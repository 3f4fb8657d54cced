using Carousel.Core.Policies;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>
/// Picks a server for a request and admits the request there. The picker decides the order of the groups (primaries, suspects, backups, ejected); the
/// policy chooses within a group. One per worker, its thread only.
/// </summary>
/// <param name="primary">Policy for the primaries.</param>
/// <param name="backup">Policy for the backups: a separate instance, since a policy keeps state about its candidates.</param>
/// <param name="slowStart">Limits servers that have just become available.</param>
/// <param name="panics">While no server can serve, try all that have an address.</param>
public sealed class Picker(Policy primary, Policy backup, SlowStart slowStart, bool panics = false)
{
    /// <summary>Retries after another worker took the last slot of the picked server; after that it counts as no capacity.</summary>
    private const int MaxLostRaces = 8;

    private readonly SlotSet _none = new();
    private uint _panicStep;

    /// <summary>
    /// The server for one more request, which has been admitted there (<see cref="ServerLoad.Leave"/> releases it). A suspect server is picked only
    /// if no other of its kind can be; backups only if no primary can; ejected servers only if all others are ejected or have failed this request.
    /// Null if no server can.
    /// </summary>
    /// <param name="pool">The request's snapshot.</param>
    /// <param name="tried">Servers that failed this request.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    /// <param name="key">See <see cref="PickInput.Key"/>.</param>
    public Server? Pick(PoolSnapshot pool, SlotSet tried, long nowMs, ulong key = 0)
    {
        var input = new PickInput(tried, nowMs, key);
        return PickFrom(pool.Primary, primary, input) ?? PickOther(pool, input);
    }

    private Server? PickOther(PoolSnapshot pool, in PickInput good)
    {
        PickInput suspects = good with { Scope = PickScope.Suspects };
        Server? server = PickFrom(pool.Primary, primary, suspects) ?? PickFrom(pool.Backup, backup, good) ?? PickFrom(pool.Backup, backup, suspects);
        if (server is not null)
        {
            return server;
        }
        if (pool.Primary.Servers.IsEmpty && pool.Backup.Servers.IsEmpty)
        {
            return panics ? PickAny(pool, good) : null;
        }
        if (CouldTake(pool.Primary, good) || CouldTake(pool.Backup, good))
        {
            // A working server is only at its limit: do not try ejected ones.
            return null;
        }
        PickInput ejected = good with { Scope = PickScope.Ejected };
        return PickFrom(pool.Primary, primary, ejected) ?? PickFrom(pool.Backup, backup, ejected);
    }

    /// <summary>
    /// After a pick that found no server: true if a server could serve the request but is at its limit, so that queueing is worthwhile; false if all
    /// are removed, down, or have failed it. Stops at the first such server.
    /// </summary>
    public static bool IsFull(PoolSnapshot pool, SlotSet tried, long nowMs)
    {
        var input = new PickInput(tried, nowMs, key: 0);
        return CouldTake(pool.Primary, input) || CouldTake(pool.Backup, input);
    }

    /// <summary>As above, for a request that no server has failed.</summary>
    public bool IsFull(PoolSnapshot pool, long nowMs) => IsFull(pool, _none, nowMs);

    /// <summary>True if a request that no server has failed could be admitted now. Admits nothing.</summary>
    public bool HasRoom(PoolSnapshot pool, long nowMs)
    {
        var input = new PickInput(_none, nowMs, key: 0) { Scope = PickScope.Suspects };
        return HasRoom(pool.Primary, input) || HasRoom(pool.Backup, input);
    }

    /// <summary>
    /// When the next ejected server's trial is due, in the worker's milliseconds: no event signals it. <see cref="long.MaxValue"/> if none is
    /// ejected.
    /// </summary>
    public static long NextTrial(PoolSnapshot pool, long nowMs) => Math.Min(NextTrial(pool.Primary, nowMs), NextTrial(pool.Backup, nowMs));

    private static long NextTrial(Candidates candidates, long nowMs)
    {
        long next = long.MaxValue;
        foreach (Server server in candidates.Servers)
        {
            long at = server.Load.Breaker.TrialAt;
            next = at > nowMs ? Math.Min(next, at) : next;
        }
        return next;
    }

    private static bool HasRoom(Candidates candidates, in PickInput input)
    {
        foreach (Server server in candidates.Servers)
        {
            if (input.MayTake(server))
            {
                return true;
            }
        }
        return false;
    }

    private static bool CouldTake(Candidates candidates, in PickInput input)
    {
        foreach (Server server in candidates.Servers)
        {
            if (input.CouldTake(server))
            {
                return true;
            }
        }
        return false;
    }

    private Server? PickFrom(Candidates candidates, Policy policy, in PickInput input)
    {
        if (candidates.Servers.IsEmpty)
        {
            return null;
        }
        for (int i = 0; i < MaxLostRaces; i++)
        {
            Server? server = policy.Pick(candidates, input);
            if (server is not null && !slowStart.Stands(server, input.NowMs))
            {
                server = policy.Pick(candidates, input with { But = server }) ?? server;
            }
            if (server is null || (input.Scope == PickScope.Ejected ? server.Load.TryEnterEjected(input.NowMs) : server.Load.TryEnter(input.NowMs)))
            {
                return server;
            }
        }
        return null;
    }

    /// <summary>All servers are down or appear to be: tries those with an address in rotation, except those that take no new sessions.</summary>
    private Server? PickAny(PoolSnapshot pool, in PickInput input)
    {
        int count = pool.Servers.Length;
        for (int i = 0; i < count; i++)
        {
            Server server = pool.Servers[(int)(_panicStep++ % (uint)count)];
            if (pool.MayPanicTo(server) && !input.WasTried(server) && server.Load.TryEnterEjected(input.NowMs))
            {
                return server;
            }
        }
        return null;
    }
}
