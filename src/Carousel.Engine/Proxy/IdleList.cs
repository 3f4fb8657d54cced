namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's client connections that nobody would miss, in the order in which they became so: the first has been idle longest. A list through the connections, so
/// that joining and leaving it, which every request does, allocates nothing. Its own worker's thread only, but for <see cref="Since"/>.
/// </summary>
internal sealed class IdleList
{
    private ClientConnection? _last;

    /// <summary>The connection that has been here longest; null if there is none.</summary>
    public ClientConnection? First { get; private set; }

    public int Count { get; private set; }

    /// <summary>When the first one came, in the reactor's milliseconds; <see cref="long.MaxValue"/> if there is none. Any thread; may lag.</summary>
    public long Since => First is { } first ? first.IdleSince : long.MaxValue;

    /// <summary>Puts a connection that is in no list at the end.</summary>
    public void Add(ClientConnection connection, long now)
    {
        connection.IdleSince = now;
        connection.Idles = this;
        connection.IdleBefore = _last;
        if (_last is { } last)
        {
            last.IdleAfter = connection;
        }
        else
        {
            First = connection;
        }
        _last = connection;
        Count++;
    }

    /// <summary>Takes out a connection that is here.</summary>
    public void Remove(ClientConnection connection)
    {
        ClientConnection? before = connection.IdleBefore, after = connection.IdleAfter;
        if (before is null)
        {
            First = after;
        }
        else
        {
            before.IdleAfter = after;
        }
        if (after is null)
        {
            _last = before;
        }
        else
        {
            after.IdleBefore = before;
        }
        connection.IdleBefore = connection.IdleAfter = null;
        connection.Idles = null;
        Count--;
    }
}
