using Carousel.Core.Pool;

namespace Carousel.Core.Ring;

/// <summary>The rotation's one truth.</summary>
public sealed class ServerRing
{
    private readonly Lock _gate = new();
    private readonly List<Server> _servers = [];
    private int _turn;

    /// <summary>How many servers are in the ring.</summary>
    public int Count => _servers.Count;

    /// <summary>Turns the ring one step; null if it is empty.</summary>
    public Server? Next()
    {
        lock (_gate)
        {
            return _servers.Count == 0 ? null : _servers[_turn++ % _servers.Count];
        }
    }

    /// <summary>Turns the ring to the next server that is not in <paramref name="tried"/>; null if there is none.</summary>
    public Server? NextUntried(SlotSet tried)
    {
        lock (_gate)
        {
            for (int i = 0; i < _servers.Count; i++)
            {
                Server server = _servers[_turn++ % _servers.Count];
                if (!tried.Contains(server.Slot))
                {
                    return server;
                }
            }
            return null;
        }
    }

    /// <summary>Puts a server into the ring at the place its slot says.</summary>
    public bool Add(Server server)
    {
        lock (_gate)
        {
            _servers.Add(server);
            return true;
        }
    }

    /// <summary>Takes a server out.</summary>
    public bool Remove(Server server)
    {
        lock (_gate)
        {
            return _servers.Remove(server);
        }
    }
}
