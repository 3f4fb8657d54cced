namespace Carousel.Core.Sessions;

/// <summary>What one worker counted of sessions. Only that worker writes; any thread reads, and may lag.</summary>
public sealed class SessionCounters
{
    private readonly long[] _refused = new long[Enum.GetValues<CookieVerdict>().Length];
    private long _minted, _returned, _renewed, _moved, _stateless, _deferred, _dropped;

    /// <summary>Cookies for visitors that came without a good one.</summary>
    public long Minted => Volatile.Read(ref _minted);

    /// <summary>Requests with a good cookie.</summary>
    public long Returned => Volatile.Read(ref _returned);

    /// <summary>Cookies issued anew for a session that goes on, because the old one was half way through its life.</summary>
    public long Renewed => Volatile.Read(ref _renewed);

    /// <summary>Sticky visitors that were given another server.</summary>
    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Requests that carry their state themselves.</summary>
    public long Stateless => Volatile.Read(ref _stateless);

    /// <summary>Records that wait for the cookie's return, because new visitors were too many.</summary>
    public long Deferred => Volatile.Read(ref _deferred);

    /// <summary>Events that found the queue to the store full; what they told is told later, if the visitor comes back.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Cookies that were no good, by what was wrong with them.</summary>
    public long Refused(CookieVerdict verdict) => Volatile.Read(ref _refused[(int)verdict]);

    /// <summary>Counts a cookie for a new visitor.</summary>
    public void CountMinted() => _minted++;

    /// <summary>Counts a request with a good cookie.</summary>
    public void CountReturned() => _returned++;

    /// <summary>Counts a cookie issued anew.</summary>
    public void CountRenewed() => _renewed++;

    /// <summary>Counts a sticky visitor with another server.</summary>
    public void CountMoved() => _moved++;

    /// <summary>Counts a request that carries its state itself.</summary>
    public void CountStateless() => _stateless++;

    /// <summary>Counts a record that waits.</summary>
    public void CountDeferred() => _deferred++;

    /// <summary>Counts an event that found the queue full.</summary>
    public void CountDropped() => _dropped++;

    /// <summary>Counts a cookie that was no good.</summary>
    public void CountRefused(CookieVerdict verdict) => _refused[(int)verdict]++;
}
