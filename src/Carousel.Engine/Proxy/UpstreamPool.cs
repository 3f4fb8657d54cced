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
    private int _nextToClose;

    /// <summary>
    /// A stack in an array, not a list through the connections: to take or keep one touches no other, whose memory would have to be fetched.
    /// </summary>
    private struct Kept
    {
        public UpstreamConnection[] Connections;
        public int Count;
    }

    /// <summary>The most recently used kept connection to this server, now the exchange's; null if there is none.</summary>
    public UpstreamConnection? Take(Server server, Exchange exchange)
    {
        if (server.Slot >= _kept.Length)
        {
            return null;
        }
        ref Kept kept = ref _kept[server.Slot];
        if (kept.Count == 0)
        {
            return null;
        }
        UpstreamConnection connection = kept.Connections[--kept.Count];
        connection.KeptAt = UpstreamConnection.NotKept;
        if (!ReferenceEquals(connection.Server, server) || connection.Deadline.At <= worker.Loop.Now)
        {
            // The slot was another server's before; or its time is over, and its deadline is only told at the turn's end.
            Discard(connection);
            return Take(server, exchange);
        }
        connection.Use(exchange);
        return connection;
    }

    /// <summary>Keeps a connection whose exchange is complete for the next.</summary>
    /// <param name="connection">In use until now.</param>
    /// <param name="untilMs">The worker's time after which it must not be used, by what its server says; <see cref="long.MaxValue"/> if that is nothing.</param>
    public void Keep(UpstreamConnection connection, long untilMs)
    {
        long now = worker.Loop.Now;
        if (untilMs <= now)
        {
            Close(connection);
            return;
        }
        int slot = connection.Server.Slot;
        if (slot >= _kept.Length)
        {
            Array.Resize(ref _kept, slot + 1);
        }
        ref Kept kept = ref _kept[slot];
        if (kept.Count == MaxKeptPerServer)
        {
            Close(connection);
            return;
        }
        kept.Connections ??= new UpstreamConnection[MaxKeptPerServer];
        kept.Connections[kept.Count] = connection;
        connection.BecomeIdle(kept.Count++);
        worker.Loop.Wheel.Arm(connection.Deadline, Math.Min(untilMs, now + worker.Timeouts.ServerIdle));
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
            Remove(connection);
        }
        Discard(connection);
    }

    /// <summary>Closes one that is kept, of each server in turn the one that was used longest ago; false if none is.</summary>
    public bool CloseOneKept()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            _nextToClose = (_nextToClose + 1) % _kept.Length;
            if (_kept[_nextToClose].Count > 0)
            {
                Close(_kept[_nextToClose].Connections[0]);
                return true;
            }
        }
        return false;
    }

    /// <summary>Closes all that are kept; false if none was.</summary>
    public bool CloseKept()
    {
        bool any = false;
        for (int slot = 0; slot < _kept.Length; slot++)
        {
            while (_kept[slot].Count > 0)
            {
                Close(_kept[slot].Connections[_kept[slot].Count - 1]);
                any = true;
            }
        }
        return any;
    }

    /// <summary>
    /// Closes what is kept to servers that are down or gone, or that nobody will be sent to: it would only be found dead, or hold a server that wants to leave.
    /// </summary>
    public void CloseUseless(PoolSnapshot pool)
    {
        bool isSticky = worker.Affinity is { IsSticky: true };
        for (int slot = 0; slot < _kept.Length; slot++)
        {
            ref Kept kept = ref _kept[slot];
            for (int i = kept.Count - 1; i >= 0; i--)
            {
                Server server = kept.Connections[i].Server;
                if (!pool.CanServe(server) || (!isSticky && !pool.TakesNewTraffic(server)))
                {
                    Close(kept.Connections[i]);
                }
            }
        }
    }

    private void Discard(UpstreamConnection connection)
    {
        connection.Close();
        Return(connection);
    }

    /// <summary>The last of the stack takes the place of the one that leaves.</summary>
    private void Remove(UpstreamConnection connection)
    {
        ref Kept kept = ref _kept[connection.Server.Slot];
        UpstreamConnection last = kept.Connections[--kept.Count];
        if (!ReferenceEquals(last, connection))
        {
            kept.Connections[connection.KeptAt] = last;
            last.KeptAt = connection.KeptAt;
        }
        connection.KeptAt = UpstreamConnection.NotKept;
    }
}
