namespace Carousel.Engine.Proxy;

/// <summary>An exchange's place in a line, made with it, so that to wait allocates nothing. Its own worker's thread only.</summary>
internal sealed class WaitingPlace(Exchange exchange)
{
    public Exchange Exchange => exchange;

    /// <summary>The worker's requests are numbered as they come to wait.</summary>
    public long Number { get; set; }

    /// <summary>When it came, in the reactor's milliseconds.</summary>
    public long Since { get; set; }

    // The list's own.
    internal WaitingList? List;
    internal WaitingPlace? Previous, Next;
}

/// <summary>A line of waiting exchanges, linked through their places: to join at its end or to leave it anywhere costs a few stores.</summary>
internal sealed class WaitingList
{
    private WaitingPlace? _last;

    /// <summary>Who has waited longest; null if nobody waits.</summary>
    public WaitingPlace? First { get; private set; }

    public void Add(WaitingPlace place)
    {
        place.List = this;
        place.Previous = _last;
        if (_last is { } last)
        {
            last.Next = place;
        }
        else
        {
            First = place;
        }
        _last = place;
    }

    public void Remove(WaitingPlace place)
    {
        if (place.Previous is { } previous)
        {
            previous.Next = place.Next;
        }
        else
        {
            First = place.Next;
        }
        if (place.Next is { } next)
        {
            next.Previous = place.Previous;
        }
        else
        {
            _last = place.Previous;
        }
        place.Previous = place.Next = null;
        place.List = null;
    }
}
