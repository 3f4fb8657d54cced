using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Probes;

/// <summary>
/// Finds servers whose responses are overdue (<see cref="ServerLoad.IsSuspect"/>) and requests one probe for each, once per suspicion. Requests to a
/// stopped process then wait for a few probes, not for the response timeout: its kernel still accepts connections, so nothing else shows it. One thread.
/// </summary>
/// <param name="pool">Has the servers.</param>
/// <param name="suspected">Called with a server that has become suspect.</param>
/// <param name="time">The workers' clock.</param>
public sealed class SuspectWatch(Pool pool, Action<Server> suspected, TimeProvider time)
{
    private readonly HashSet<Server> _suspects = [];

    /// <summary>Reports servers that have become suspect since the last call.</summary>
    public void Look()
    {
        var nowMs = (long)time.GetElapsedTime(0).TotalMilliseconds;
        PoolSnapshot now = pool.Current;
        _suspects.RemoveWhere(server => !server.Load.IsSuspect(nowMs) || !now.CanServe(server));
        foreach (Server server in now.Servers)
        {
            if (server.Load.IsSuspect(nowMs) && now.CanServe(server) && _suspects.Add(server))
            {
                suspected(server);
            }
        }
    }
}
