using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// Picks a server for a request, and takes it on there: who is asked first, and who only then, is decided here; which of them, by the policy. One for each
/// worker, its thread only.
/// </summary>
/// <param name="policy">Chooses among candidates.</param>
/// <param name="slowStart">Holds back servers that have just come.</param>
/// <param name="panics">While no server can serve, all that have an address are tried.</param>
public sealed class Picker(Policy policy, SlowStart slowStart, bool panics = false)
{
    /// <summary>Picks that others may snatch away between our look and our entry before it counts as no room.</summary>
    private const int MaxSnatched = 8;

    private uint _panicTurn;

    /// <summary>
    /// The server for one more request, which has been taken on there (<see cref="ServerLoad.Leave"/> gives it back). A server that owes an answer for long is
    /// picked only if no other of its kind can be; the backups serve only if none of these can; one that is ejected, if all others are or have failed
    /// this request. Null if nobody can.
    /// </summary>
    /// <param name="pool">The snapshot that the request goes by.</param>
    /// <param name="tried">Servers that failed this request.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public Server? Pick(PoolSnapshot pool, SlotSet tried, long nowMs)
    {
        var input = new PickInput(tried, nowMs);
        return PickFrom(pool.Primary, input) ?? PickOther(pool, tried, nowMs);
    }

    private Server? PickOther(PoolSnapshot pool, SlotSet tried, long nowMs)
    {
        var good = new PickInput(tried, nowMs);
        PickInput suspects = good with { Scope = PickScope.Suspects };
        Server? server = PickFrom(pool.Primary, suspects) ?? PickFrom(pool.Backup, good) ?? PickFrom(pool.Backup, suspects);
        if (server is not null)
        {
            return server;
        }
        if (pool.Primary.Servers.IsEmpty && pool.Backup.Servers.IsEmpty)
        {
            return panics ? PickAny(pool, tried, nowMs) : null;
        }
        if (IsAnyIn(pool.Primary, tried, nowMs) || IsAnyIn(pool.Backup, tried, nowMs))
        {
            // It has no room: that is no reason to ask those that don't work.
            return null;
        }
        PickInput ejected = good with { Scope = PickScope.Ejected };
        return PickFrom(pool.Primary, ejected) ?? PickFrom(pool.Backup, ejected);
    }

    private Server? PickFrom(Candidates candidates, in PickInput input)
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

    /// <summary>Any server that is not ejected and has not failed this request, whether it has room or not.</summary>
    private static bool IsAnyIn(Candidates candidates, SlotSet tried, long nowMs)
    {
        foreach (Server server in candidates.Servers)
        {
            if (!tried.Contains(server.Slot) && server.Load.Guard.MayTake(nowMs))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>All are down, or so it seems: those with an address in turn, but for those that are to take no new visitors.</summary>
    private Server? PickAny(PoolSnapshot pool, SlotSet tried, long nowMs)
    {
        int count = pool.Servers.Length;
        for (int i = 0; i < count; i++)
        {
            Server server = pool.Servers[(int)(_panicTurn++ % (uint)count)];
            if (pool.MayPanicTo(server) && !tried.Contains(server.Slot) && server.Load.TryEnterEjected(nowMs))
            {
                return server;
            }
        }
        return null;
    }
}
