using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's connections to servers: those kept for the next request, last in, first out, and spare objects for new ones. Its own worker's thread only.
/// </summary>
internal sealed class UpstreamPool(Worker worker)
{
    /// <summary>Kept connections per server and worker. Connections of a burst beyond that are closed after use.</summary>
    internal const int MaxKeptPerServer = 512;

    /// <summary>Kept connections that a server's stack has room for at first; it doubles up to <see cref="MaxKeptPerServer"/>.</summary>
    private const int FirstKept = 4;

    /// <summary>Spare objects for new connections.</summary>
    private const int MaxSpare = 1024;

    private readonly Stack<Http1ServerConnection> _spare = new();
    private Kept[] _kept = [];
    private int _nextToClose;

    /// <summary>
    /// A stack in an array, not a linked list: to take or keep a connection touches no other connection's memory. The array is null until a connection is
    /// kept.
    /// </summary>
    private struct Kept
    {
        public Http1ServerConnection[]? Connections;
        public int Count;

        public void Push(Http1ServerConnection connection)
        {
            if (Connections is null || Count == Connections.Length)
            {
                Array.Resize(ref Connections, Math.Clamp(2 * Count, FirstKept, MaxKeptPerServer));
            }
            connection.BecomeIdle(Count);
            Connections[Count++] = connection;
        }
    }

    /// <summary>Takes the most recently used kept connection to this server for this owner; null if there is none.</summary>
    public Http1ServerConnection? Take(Server server, IConnectionOwner owner)
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
        Http1ServerConnection connection = kept.Connections![--kept.Count];
        connection.KeptAt = Http1ServerConnection.NotKept;
        if (!ReferenceEquals(connection.Server, server) || connection.Deadline.At <= worker.Loop.Now)
        {
            // The slot belonged to another server before; or the deadline has passed and fires only at the tick's end.
            Discard(connection);
            return Take(server, owner);
        }
        connection.Use(owner);
        return connection;
    }

    /// <summary>Keeps a connection whose request and response are complete.</summary>
    /// <param name="connection">In use until now.</param>
    /// <param name="untilMs">The worker's time after which it must not be used, by the server's announcement; <see cref="long.MaxValue"/> if there is
    /// none.</param>
    public void Keep(Http1ServerConnection connection, long untilMs)
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
            Array.Resize(ref _kept, Math.Max(slot + 1, 2 * _kept.Length));
        }
        ref Kept kept = ref _kept[slot];
        if (kept.Count == MaxKeptPerServer)
        {
            Close(connection);
            return;
        }
        kept.Push(connection);
        worker.Loop.Wheel.Arm(connection.Deadline, Math.Min(untilMs, now + worker.Timeouts.ServerIdle));
    }

    /// <summary>An unconnected object, to connect with.</summary>
    public Http1ServerConnection Rent() => _spare.TryPop(out Http1ServerConnection? spare) ? spare : new Http1ServerConnection(worker);

    /// <summary>Takes back an object that is not open.</summary>
    public void Return(Http1ServerConnection connection)
    {
        if (_spare.Count < MaxSpare)
        {
            _spare.Push(connection);
        }
    }

    /// <summary>Closes a connection, kept or in use.</summary>
    public void Close(Http1ServerConnection connection)
    {
        if (connection.IsKept)
        {
            Remove(connection);
        }
        Discard(connection);
    }

    /// <summary>Closes the least recently used kept connection of the next server, round robin; false if none is kept.</summary>
    public bool CloseOneKept()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            _nextToClose = (_nextToClose + 1) % _kept.Length;
            if (_kept[_nextToClose].Count > 0)
            {
                Close(_kept[_nextToClose].Connections![0]);
                return true;
            }
        }
        return false;
    }

    /// <summary>Closes all kept connections; false if there was none.</summary>
    public bool CloseKept()
    {
        bool any = false;
        for (int slot = 0; slot < _kept.Length; slot++)
        {
            while (_kept[slot].Count > 0)
            {
                Close(_kept[slot].Connections![_kept[slot].Count - 1]);
                any = true;
            }
        }
        return any;
    }

    /// <summary>
    /// Closes kept connections to servers that are down, were removed, or get no more requests: they would only be found closed, or delay a draining server.
    /// Releases the stacks without a connection.
    /// </summary>
    public void CloseUseless(PoolSnapshot pool)
    {
        bool isSticky = worker.Affinity is { IsSticky: true };
        for (int slot = 0; slot < _kept.Length; slot++)
        {
            ref Kept kept = ref _kept[slot];
            for (int i = kept.Count - 1; i >= 0; i--)
            {
                Server server = kept.Connections![i].Server;
                if (!pool.CanServe(server) || (!isSticky && !pool.TakesNewTraffic(server)))
                {
                    Close(kept.Connections[i]);
                }
            }
            if (kept.Count == 0)
            {
                // The server may be gone. If it is not, the stack grows again.
                kept.Connections = null;
            }
        }
    }

    private void Discard(Http1ServerConnection connection)
    {
        connection.Close();
        Return(connection);
    }

    /// <summary>The last connection of the stack takes the removed one's place.</summary>
    private void Remove(Http1ServerConnection connection)
    {
        ref Kept kept = ref _kept[connection.Server.Slot];
        Http1ServerConnection last = kept.Connections![--kept.Count];
        if (!ReferenceEquals(last, connection))
        {
            kept.Connections[connection.KeptAt] = last;
            last.KeptAt = connection.KeptAt;
        }
        connection.KeptAt = Http1ServerConnection.NotKept;
    }
}
