namespace Carousel.Core.Servers;

/// <summary>
/// A set of servers: those a request has tried. A hash table whose hash is the slot; it compares the server, so a server that reuses a removed server's slot
/// was not tried. Sized by its content, not by the pool: each request in flight may have one. Reusable; allocates only when it grows. One thread.
/// </summary>
public sealed class SlotSet
{
    /// <summary>A larger table, of a request that failed at many servers, is released after it.</summary>
    internal const int MaxKept = 64;

    private Server?[] _table = [];

    /// <summary>Number of servers in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a server; adding it twice has no effect.</summary>
    public void Add(Server server)
    {
        if (2 * (Count + 1) > _table.Length)
        {
            Grow();
        }
        ref Server? entry = ref Find(_table, server);
        Count += entry is null ? 1 : 0;
        entry = server;
    }

    /// <summary>True if this server was added since the last <see cref="Clear"/>.</summary>
    public bool Contains(Server server) => Count != 0 && Find(_table, server) is not null;

    /// <summary>Empties the set.</summary>
    public void Clear()
    {
        if (Count == 0)
        {
            return;
        }
        Count = 0;
        if (_table.Length > MaxKept)
        {
            _table = [];
        }
        Array.Clear(_table);
    }

    /// <summary>The server's entry, or the empty one where it belongs. There is one: the table is at most half full.</summary>
    private static ref Server? Find(Server?[] table, Server server)
    {
        int last = table.Length - 1;
        int at = server.Slot & last;
        while (table[at] is { } other && !ReferenceEquals(other, server))
        {
            at = (at + 1) & last;
        }
        return ref table[at];
    }

    private void Grow()
    {
        Server?[] larger = new Server?[Math.Max(4, 2 * _table.Length)];
        foreach (Server? server in _table)
        {
            if (server is not null)
            {
                Find(larger, server) = server;
            }
        }
        _table = larger;
    }
}
