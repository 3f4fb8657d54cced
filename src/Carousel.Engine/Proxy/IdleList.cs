namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's client connections that nobody would miss, in the order in which they became so: the first has been idle longest. A connection has a place here as long
/// as it is open, and is linked into the order while it is idle. Places are numbers, not references: every request links and unlinks one, and each reference that is
/// written would cost the collector's note of it. Its own worker's thread only, but for <see cref="Since"/>.
/// </summary>
internal sealed class IdleList
{
    /// <summary>The place before the first and after the last; nobody's.</summary>
    private const int Ends = 0;

    private Link[] _links = [new Link { Since = long.MaxValue }];

    /// <summary>The first place that is free, the others by <see cref="Link.After"/>; <see cref="Ends"/> if there is none.</summary>
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

    /// <summary>When the connection that has this place became idle.</summary>
    public long SinceOf(int place) => _links[place].Since;

    /// <summary>Who became idle next; null after the last.</summary>
    public ClientConnection? After(int place) => _links[_links[place].After].Connection;

    /// <summary>A place for a connection, which is not idle yet.</summary>
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

    /// <summary>Gives a place back.</summary>
    public void Give(int place)
    {
        Remove(place);
        _links[place] = new Link { After = _free };
        _free = place;
    }

    /// <summary>Its connection, which is not idle so far, has become idle now.</summary>
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

    /// <summary>Its connection is not idle any more; does nothing if it was not.</summary>
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

    /// <summary>One place. Its neighbours are itself while its connection is not idle.</summary>
    private struct Link
    {
        public int Before, After;
        public long Since;
        public ClientConnection? Connection;
    }
}
