namespace Carousel.Engine.Proxy;

/// <summary>A request that may wait for a server with room. Its own worker's thread only.</summary>
internal interface IQueuedRequest
{
    /// <summary>It waits, for up to the sticky wait, for its session's own server only.</summary>
    bool WaitsForOwn { get; }

    /// <summary>
    /// There may be room. True if the request leaves the queue, because it got a server or there is nothing left to wait for; then it has removed its entry.
    /// </summary>
    /// <param name="mayPick">False if no server has room, except maybe the session's own.</param>
    bool TryLeaveQueue(bool mayPick);
}

/// <summary>A request's queue entry. Created once for many requests, so that waiting allocates nothing. Its own worker's thread only.</summary>
internal sealed class QueueEntry(IQueuedRequest request)
{
    public IQueuedRequest Request => request;

    /// <summary>Sequence number in the worker's queue.</summary>
    public long Number { get; set; }

    /// <summary>When it was queued, in the reactor's milliseconds.</summary>
    public long Since { get; set; }

    // Owned by the list.
    internal QueueEntryList? List;
    internal QueueEntry? Previous, Next;
}

/// <summary>A queue of requests, linked through their entries: adding at the end and removing anywhere cost a few stores.</summary>
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
