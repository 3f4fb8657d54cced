using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// Picks a server for a request, and takes it on there: who is asked first, and who only then, is decided here; which of them, by the policy. One for each
/// worker, its thread only.
/// </summary>
/// <param name="primary">Chooses among those that are no backups.</param>
/// <param name="backup">Chooses among the backups: one of its own, since a policy keeps what it knows of its candidates.</param>
public sealed class Picker(Policy primary, Policy backup)
{
    /// <summary>Picks that others may snatch away between our look and our entry before it counts as no room.</summary>
    private const int MaxSnatched = 8;

    /// <summary>
    /// The server for one more request, which has been taken on there (<see cref="ServerLoad.Leave"/> gives it back). The backups serve only if no other
    /// can. Null if nobody can.
    /// </summary>
    /// <param name="pool">The snapshot that the request goes by.</param>
    /// <param name="tried">Servers that failed this request.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    /// <param name="key">See <see cref="PickInput.Key"/>.</param>
    public Server? Pick(PoolSnapshot pool, SlotSet tried, long nowMs, ulong key = 0)
    {
        var input = new PickInput(tried, nowMs, key);
        return PickFrom(pool.Primary, primary, input) ?? PickFrom(pool.Backup, backup, input);
    }

    private static Server? PickFrom(Candidates candidates, Policy policy, in PickInput input)
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
