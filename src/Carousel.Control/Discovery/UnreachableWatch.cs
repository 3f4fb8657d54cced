using Carousel.Core.Pool;

namespace Carousel.Control.Discovery;

/// <summary>
/// Looks for servers that could not be connected, or whose probes fail (<see cref="Server.NoteUnreachable"/>), and has their names looked up: one whose container was
/// made anew has another address. Workers only leave a mark; this is who sees it. One thread.
/// </summary>
/// <param name="pool">Whose servers.</param>
/// <param name="lookUp">Called with the host of such a server.</param>
public sealed class UnreachableWatch(ServerPool pool, Action<string> lookUp)
{
    /// <summary>Has the names looked up of those that were noted since the last look.</summary>
    public void Look()
    {
        foreach (Server server in pool.Current.Servers)
        {
            if (server.TakeUnreachable())
            {
                lookUp(server.Entry.Address.Host);
            }
        }
    }
}
