using Carousel.Core.Pool;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's connections to servers: those kept for the next request, last used first out, and the objects for new ones. Its own worker's thread only.
/// </summary>
internal sealed class UpstreamPool(Worker worker)
{
    /// <summary>Kept connections a server and worker. What a burst opened beyond that is closed when it is over.</summary>
    private const int MaxKeptPerServer = 512;

    /// <summary>Objects kept for connections to come.</summary>
    private const int MaxSpare = 1024;

    private readonly Stack<UpstreamConnection> _spare = new();
    private Kept[] _kept = [];

    private struct Kept
    {
        public UpstreamConnection? Newest;
        public int Count;
    }

    /// <summary>The most recently used kept connection to this server, now the exchange's; null if there is none.</summary>
    public UpstreamConnection? Take(Server server, Exchange exchange)
    {
        if (server.Slot >= _kept.Length || _kept[server.Slot].Newest is not { } connection)
        {
            return null;
        }
        Unlink(connection);
        if (!ReferenceEquals(connection.Server, server))
        {
            // The slot was another server's before.
            Discard(connection);
            return Take(server, exchange);
        }
        connection.Use(exchange);
        return connection;
    }

    /// <summary>Keeps a connection whose exchange is complete for the next.</summary>
    public void Keep(UpstreamConnection connection)
    {
        int slot = connection.Server.Slot;
        if (slot >= _kept.Length)
        {
            Array.Resize(ref _kept, slot + 1);
        }
        ref Kept kept = ref _kept[slot];
        if (kept.Count >= MaxKeptPerServer)
        {
            Close(connection);
            return;
        }
        connection.Rest();
        connection.IsKept = true;
        connection.Older = kept.Newest;
        connection.Newer = null;
        if (kept.Newest is { } older)
        {
            older.Newer = connection;
        }
        kept.Newest = connection;
        kept.Count++;
        worker.Reactor.Wheel.Arm(connection.Deadline, worker.Reactor.Now + worker.Timeouts.ServerIdle);
    }

    /// <summary>An unconnected object, to connect with.</summary>
    public UpstreamConnection Rent() => _spare.TryPop(out UpstreamConnection? spare) ? spare : new UpstreamConnection(worker);

    /// <summary>Takes back an object that is not open.</summary>
    public void Return(UpstreamConnection connection)
    {
        if (_spare.Count < MaxSpare)
        {
            _spare.Push(connection);
        }
    }

    /// <summary>Closes a connection, kept or in use.</summary>
    public void Close(UpstreamConnection connection)
    {
        if (connection.IsKept)
        {
            Unlink(connection);
        }
        Discard(connection);
    }

    /// <summary>Closes all that are kept; false if none was.</summary>
    public bool CloseKept()
    {
        bool any = false;
        for (int slot = 0; slot < _kept.Length; slot++)
        {
            while (_kept[slot].Newest is { } connection)
            {
                Close(connection);
                any = true;
            }
        }
        return any;
    }

    private void Discard(UpstreamConnection connection)
    {
        connection.Close();
        Return(connection);
    }

    private void Unlink(UpstreamConnection connection)
    {
        ref Kept kept = ref _kept[connection.Server.Slot];
        if (connection.Newer is { } newer)
        {
            newer.Older = connection.Older;
        }
        else
        {
            kept.Newest = connection.Older;
        }
        if (connection.Older is { } older)
        {
            older.Newer = connection.Newer;
        }
        connection.Newer = connection.Older = null;
        connection.IsKept = false;
        kept.Count--;
    }
}
