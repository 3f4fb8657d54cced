using Carousel.Control.Supervision;
using Carousel.Core.Pool;

namespace Carousel.Control.Probes;

/// <summary>
/// Looks for servers that have owed an answer for long (<see cref="ServerLoad.IsSuspect"/>), and has each doubted once, as long as it is so. What waits for
/// a process that is stopped then waits for a few probes, not for the answer's timeout: its kernel goes on taking connections, so nothing else tells.
/// </summary>
/// <param name="pool">Whose servers.</param>
/// <param name="doubt">Called with a server that has become suspect.</param>
/// <param name="time">The workers' clock.</param>
public sealed class SuspectWatch(ServerPool pool, Action<Server> doubt, TimeProvider time) : IDisposable
{
    /// <summary>A look at a thousand servers takes some microseconds, and a suspect is one after a second at the earliest.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly HashSet<Server> _suspects = [];
    private ITimer? _timer;

    /// <summary>Begins to look. Once.</summary>
    public void Start() => _timer = Supervisor.OfProcess.StartTimer("suspects", Look, time, Pause, Pause);

    /// <summary>Looks no more.</summary>
    public void Dispose() => _timer?.Dispose();

    internal void Look()
    {
        lock (_suspects)
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
}
