using System.Diagnostics.CodeAnalysis;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's open client connections, each with an entry, and the order in which those that may be evicted became idle: an entry is linked while its
/// connection is idle. Links are indexes, not references: every request links and unlinks an entry, and each store of a reference would cost a GC write
/// barrier. A loop over the entries needs no copy, whatever happens to the connections meanwhile. Its own worker's thread only, except
/// <see cref="IdleSince"/>.
/// </summary>
internal sealed class ClientList
{
    /// <summary>The sentinel entry before the first and after the last.</summary>
    private const int Ends = 0;

    private Link[] _links = [new Link { Since = long.MaxValue }];

    /// <summary>The first free entry, the others by <see cref="Link.After"/>; <see cref="Ends"/> if there is none.</summary>
    private int _free;

    /// <summary>Number of idle connections.</summary>
    public int IdleCount { get; private set; }

    /// <summary>The connection that has been idle longest; null if none is.</summary>
    public Http1ClientConnection? FirstIdle => _links[_links[Ends].After].Connection;

    /// <summary>When <see cref="FirstIdle"/> became idle, in the reactor's milliseconds; <see cref="long.MaxValue"/> if none is. Any thread; may lag.</summary>
    public long IdleSince
    {
        get
        {
            Link[] links = _links;
            return links[links[Ends].After].Since;
        }
    }

    /// <summary>When the connection of this entry became idle.</summary>
    public long SinceOf(int place) => _links[place].Since;

    /// <summary>The connection that became idle next; null after the last.</summary>
    public Http1ClientConnection? NextIdle(int place) => _links[_links[place].After].Connection;

    /// <summary>
    /// The next connection in the order of entries; false after the last. Connections may open, close and become idle between two calls: one that stays open
    /// is returned once.
    /// </summary>
    /// <param name="place">The entry of the last one; 0 to begin.</param>
    /// <param name="connection">The connection.</param>
    public bool Next(ref int place, [NotNullWhen(true)] out Http1ClientConnection? connection)
    {
        while (++place < _links.Length)
        {
            connection = _links[place].Connection;
            if (connection is not null)
            {
                return true;
            }
        }
        connection = null;
        return false;
    }

    /// <summary>As <see cref="Next"/>, without the idle ones, whose objects it does not touch.</summary>
    public bool NextBusy(ref int place, [NotNullWhen(true)] out Http1ClientConnection? connection)
    {
        while (Next(ref place, out connection))
        {
            if (_links[place].After == place)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Takes an entry for a connection that is not idle yet.</summary>
    public int Take(Http1ClientConnection connection)
    {
        if (_free == Ends)
        {
            Grow();
        }
        int place = _free;
        _free = _links[place].After;
        _links[place] = new Link { Before = place, After = place, Connection = connection };
        return place;
    }

    /// <summary>Frees an entry.</summary>
    public void Give(int place)
    {
        Remove(place);
        _links[place] = new Link { After = _free };
        _free = place;
    }

    /// <summary>The entry's connection became idle. It must not be idle already.</summary>
    public void Add(int place, long now)
    {
        Link[] links = _links;
        ref Link ends = ref links[Ends], link = ref links[place];
        link.Since = now;
        link.Before = ends.Before;
        link.After = Ends;
        links[ends.Before].After = place;
        ends.Before = place;
        IdleCount++;
    }

    /// <summary>The entry's connection is no longer idle; does nothing if it was not.</summary>
    public void Remove(int place)
    {
        Link[] links = _links;
        ref Link link = ref links[place];
        if (link.After != place)
        {
            links[link.Before].After = link.After;
            links[link.After].Before = link.Before;
            link.Before = link.After = place;
            IdleCount--;
        }
    }

    private void Grow()
    {
        int from = _links.Length;
        Array.Resize(ref _links, Math.Max(32, from * 2));
        for (int place = _links.Length - 1; place >= from; place--)
        {
            _links[place].After = _free;
            _free = place;
        }
    }

    /// <summary>One entry. It is its own neighbour while its connection is not idle.</summary>
    private struct Link
    {
        public int Before, After;
        public long Since;
        public Http1ClientConnection? Connection;
    }
}
