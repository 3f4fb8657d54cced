using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// Picks a server for a request, and takes it on there: who is asked first, and who only then, is decided here; which of them, by the policy. One for each
/// worker, its thread only.
/// </summary>
/// <param name="primary">Chooses among those that are no backups.</param>
/// <param name="backup">Chooses among the backups: one of its own, since a policy keeps what it knows of its candidates.</param>
/// <param name="slowStart">Holds back servers that have just come.</param>
/// <param name="panics">While no server can serve, all that have an address are tried.</param>
public sealed class Picker(Policy primary, Policy backup, SlowStart slowStart, bool panics = false)
{
    /// <summary>Picks that others may snatch away between our look and our entry before it counts as no room.</summary>
    private const int MaxSnatched = 8;

    private readonly SlotSet _none = new();
    private uint _panicStep;

    /// <summary>
    /// The server for one more request, which has been taken on there (<see cref="ServerLoad.Leave"/> gives it back). A server that owes an answer for long is
    /// picked only if no other of its kind can be; the backups serve only if none of these can; one that is ejected, if all others are or have failed
    /// this request. Null if nobody can.
    /// </summary>
    /// <param name="pool">The snapshot that the request goes by.</param>
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
            // It has no room: that is no reason to ask those that don't work.
            return null;
        }
        PickInput ejected = good with { Scope = PickScope.Ejected };
        return PickFrom(pool.Primary, primary, ejected) ?? PickFrom(pool.Backup, backup, ejected);
    }

    /// <summary>
    /// After a pick that found nobody: true if somebody could serve the request, but for want of room, so that it is worth waiting for; false if all are
    /// gone, down, or have failed it. Looks no further than to the first such server.
    /// </summary>
    public static bool IsFull(PoolSnapshot pool, SlotSet tried, long nowMs)
    {
        var input = new PickInput(tried, nowMs, key: 0);
        return CouldTake(pool.Primary, input) || CouldTake(pool.Backup, input);
    }

    /// <summary>As above, for a request that no server has failed.</summary>
    public bool IsFull(PoolSnapshot pool, long nowMs) => IsFull(pool, _none, nowMs);

    /// <summary>True if a request that no server has failed would find room somewhere, at this moment. Takes nothing.</summary>
    public bool HasRoom(PoolSnapshot pool, long nowMs)
    {
        var input = new PickInput(_none, nowMs, key: 0) { Scope = PickScope.Suspects };
        return HasRoom(pool.Primary, input) || HasRoom(pool.Backup, input);
    }

    /// <summary>When the next ejected server may be tried again, in the worker's milliseconds: nothing else tells of it. <see cref="long.MaxValue"/> if none is.</summary>
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
        for (int i = 0; i < MaxSnatched; i++)
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

    /// <summary>All are down, or so it seems: those with an address in turn, but for those that are to take no new visitors.</summary>
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
