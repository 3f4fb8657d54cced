namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's client connections that may be evicted, ordered by the time they became idle; the first has been idle longest. A connection has an entry as
/// long as it is open, and is linked into the list while it is idle. Links are indexes, not references: every request links and unlinks an entry, and each
/// store of a reference would cost a GC write barrier. Its own worker's thread only, except <see cref="Since"/>.
/// </summary>
internal sealed class IdleList
{
    /// <summary>The sentinel entry before the first and after the last.</summary>
    private const int Ends = 0;

    private Link[] _links = [new Link { Since = long.MaxValue }];

    /// <summary>The first free entry, the others by <see cref="Link.After"/>; <see cref="Ends"/> if there is none.</summary>
    private int _free;

    public int Count { get; private set; }

    /// <summary>The connection that has been idle longest; null if none is.</summary>
    public ClientConnection? First => _links[_links[Ends].After].Connection;

    /// <summary>When <see cref="First"/> became idle, in the reactor's milliseconds; <see cref="long.MaxValue"/> if none is. Any thread; may lag.</summary>
    public long Since
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
    public ClientConnection? After(int place) => _links[_links[place].After].Connection;

    /// <summary>Takes an entry for a connection that is not idle yet.</summary>
    public int Take(ClientConnection connection)
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
        Count++;
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
            Count--;
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
        public ClientConnection? Connection;
    }
}
