using Carousel.Core.Pool;

namespace Carousel.Control.Probes;

/// <summary>
/// Looks for servers that have owed an answer for long (<see cref="ServerLoad.IsSuspect"/>), and has each doubted once, as long as it is so. What waits for
/// a process that is stopped then waits for a few probes, not for the answer's timeout: its kernel goes on taking connections, so nothing else tells. One thread.
/// </summary>
/// <param name="pool">Whose servers.</param>
/// <param name="doubt">Called with a server that has become suspect.</param>
/// <param name="time">The workers' clock.</param>
public sealed class SuspectWatch(ServerPool pool, Action<Server> doubt, TimeProvider time)
{
    private readonly HashSet<Server> _suspects = [];

    /// <summary>Has those doubted that have become suspect since the last look.</summary>
    public void Look()
    {
        var nowMs = (long)time.GetElapsedTime(0).TotalMilliseconds;
        PoolSnapshot now = pool.Current;
        _suspects.RemoveWhere(server => !server.Load.IsSuspect(nowMs) || !now.CanServe(server));
        foreach (Server server in now.Servers)
        {
            if (server.Load.IsSuspect(nowMs) && now.CanServe(server) && _suspects.Add(server))
            {
                doubt(server);
            }
        }
    }
}
