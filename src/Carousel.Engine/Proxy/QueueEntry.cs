namespace Carousel.Engine.Proxy;

/// <summary>An exchange's place in a line, made with it, so that to wait allocates nothing. Its own worker's thread only.</summary>
internal sealed class QueueEntry(Exchange exchange)
{
    public Exchange Exchange => exchange;

    /// <summary>The worker's requests are numbered as they come to wait.</summary>
    public long Number { get; set; }

    /// <summary>When it came, in the reactor's milliseconds.</summary>
    public long Since { get; set; }

    // The list's own.
    internal QueueEntryList? List;
    internal QueueEntry? Previous, Next;
}

/// <summary>A line of waiting exchanges, linked through their places: to join at its end or to leave it anywhere costs a few stores.</summary>
internal sealed class QueueEntryList
{
    private QueueEntry? _last;

    /// <summary>Who has waited longest; null if nobody waits.</summary>
    public QueueEntry? First { get; private set; }

    public void Add(QueueEntry entry)
    {
        entry.List = this;
        entry.Previous = _last;
        if (_last is { } last)
        {
            last.Next = entry;
        }
        else
        {
            First = entry;
        }
        _last = entry;
    }

    public void Remove(QueueEntry entry)
    {
        if (entry.Previous is { } previous)
        {
            previous.Next = entry.Next;
        }
        else
        {
            First = entry.Next;
        }
        if (entry.Next is { } next)
        {
            next.Previous = entry.Previous;
        }
        else
        {
            _last = entry.Previous;
        }
        entry.Previous = entry.Next = null;
        entry.List = null;
    }
}
