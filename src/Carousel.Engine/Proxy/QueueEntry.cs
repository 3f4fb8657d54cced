namespace Carousel.Engine.Proxy;

/// <summary>An exchange's queue entry. Created with the exchange, so that waiting allocates nothing. Its own worker's thread only.</summary>
internal sealed class QueueEntry(Exchange exchange)
{
    public Exchange Exchange => exchange;

    /// <summary>Sequence number in the worker's queue.</summary>
    public long Number { get; set; }

    /// <summary>When it was queued, in the reactor's milliseconds.</summary>
    public long Since { get; set; }

    // Owned by the list.
    internal QueueEntryList? List;
    internal QueueEntry? Previous, Next;
}

/// <summary>A queue of exchanges, linked through their entries: adding at the end and removing anywhere cost a few stores.</summary>
internal sealed class QueueEntryList
{
    private QueueEntry? _last;

    /// <summary>The entry that has waited longest; null if there is none.</summary>
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
