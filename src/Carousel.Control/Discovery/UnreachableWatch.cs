using Carousel.Control.Supervision;
using Carousel.Core.Pool;

namespace Carousel.Control.Discovery;

/// <summary>
/// Looks for servers that could not be connected, or whose probes fail (<see cref="Server.NoteUnreachable"/>), and has their names looked up: one whose container was
/// made anew has another address. Workers only leave a mark; this is who sees it.
/// </summary>
public sealed class UnreachableWatch : IDisposable
{
    /// <summary>A look at a thousand servers takes some microseconds.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly ServerPool _pool;
    private readonly Action<string> _lookUp;
    private readonly ITimer _timer;

    private UnreachableWatch(ServerPool pool, Action<string> lookUp, TimeProvider time)
    {
        _pool = pool;
        _lookUp = lookUp;
        _timer = Supervisor.OfProcess.StartTimer("unreachable servers", Look, time, Pause, Pause);
    }

    /// <summary>Begins to look.</summary>
    /// <param name="pool">Whose servers.</param>
    /// <param name="lookUp">Called with the host of such a server.</param>
    /// <param name="time">The clock that the looks go by.</param>
    public static UnreachableWatch Start(ServerPool pool, Action<string> lookUp, TimeProvider time) => new(pool, lookUp, time);

    /// <summary>Looks no more.</summary>
    public void Dispose() => _timer.Dispose();

    internal void Look()
    {
        lock (_gate)
        {
            foreach (Server server in _pool.Current.Servers)
            {
                if (server.TakeUnreachable())
                {
                    _lookUp(server.Entry.Address.Host);
                }
            }
        }
    }
}
