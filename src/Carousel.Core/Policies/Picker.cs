using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// Picks a server for a request, and takes it on there: who is asked first, and who only then, is decided here; which of them, by the policy. One for each
/// worker, its thread only.
/// </summary>
public sealed class Picker(Policy policy)
{
    /// <summary>Picks that others may snatch away between our look and our entry before it counts as no room.</summary>
    private const int MaxSnatched = 8;

    private readonly SlotSet _none = new();

    /// <summary>
    /// The server for one more request, which has been taken on there (<see cref="ServerLoad.Leave"/> gives it back). The backups serve only if no other
    /// can. Null if nobody can.
    /// </summary>
    /// <param name="pool">The snapshot that the request goes by.</param>
    /// <param name="tried">Servers that failed this request.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public Server? Pick(PoolSnapshot pool, SlotSet tried, long nowMs)
    {
        var input = new PickInput(tried, nowMs);
        return PickFrom(pool.Primary, input) ?? PickFrom(pool.Backup, input);
    }

    /// <summary>
    /// After a pick that found nobody: true if somebody could serve the request, but for want of room, so that it is worth waiting for; false if all are
    /// gone, down, or have failed it. Looks no further than to the first such server.
    /// </summary>
    public static bool IsFull(PoolSnapshot pool, SlotSet tried, long nowMs)
    {
        var input = new PickInput(tried, nowMs);
        return CouldTake(pool.Primary, input) || CouldTake(pool.Backup, input);
    }

    /// <summary>As above, for a request that no server has failed.</summary>
    public bool IsFull(PoolSnapshot pool, long nowMs) => IsFull(pool, _none, nowMs);

    /// <summary>True if a request that no server has failed would find room somewhere, at this moment. Takes nothing.</summary>
    public bool HasRoom(PoolSnapshot pool, long nowMs)
    {
        var input = new PickInput(_none, nowMs);
        return HasRoom(pool.Primary, input) || HasRoom(pool.Backup, input);
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

    private Server? PickFrom(Candidates candidates, in PickInput input)
    {
        if (candidates.Servers.IsEmpty)
        {
            return null;
        }
        for (int i = 0; i < MaxSnatched; i++)
        {
            Server? server = policy.Pick(candidates, input);
            if (server is null || server.Load.TryEnter())
            {
                return server;
            }
        }
        return null;
    }
}
