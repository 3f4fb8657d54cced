using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Discovery;

/// <summary>
/// Finds servers with failed connects or probes (<see cref="Server.NoteUnreachable"/>) and requests a lookup of their names: a recreated container has a
/// new address. Workers only set a flag; this reads it. One thread.
/// </summary>
/// <param name="pool">Has the servers.</param>
/// <param name="lookUp">Called with the host of such a server.</param>
public sealed class UnreachableWatch(Pool pool, Action<string> lookUp)
{
    /// <summary>Requests lookups for the servers flagged since the last call.</summary>
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
