namespace Carousel.Core.Sessions;

/// <summary>Session counters of one worker. Only that worker writes; any thread reads, possibly with a delay.</summary>
public sealed class SessionCounters
{
    private readonly long[] _refused = new long[Enum.GetValues<CookieVerdict>().Length];
    private long _minted, _returned, _renewed, _moved, _stateless, _deferred, _dropped;

    /// <summary>Cookies issued to clients without a valid one.</summary>
    public long Minted => Volatile.Read(ref _minted);

    /// <summary>Requests with a valid cookie.</summary>
    public long Returned => Volatile.Read(ref _returned);

    /// <summary>Cookies renewed for an existing session, because the old one was at half of its lifetime.</summary>
    public long Renewed => Volatile.Read(ref _renewed);

    /// <summary>Sticky sessions moved to another server.</summary>
    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Stateless requests: their state is in a token.</summary>
    public long Stateless => Volatile.Read(ref _stateless);

    /// <summary>Records deferred until the cookie returns, because of the rate limit for new sessions.</summary>
    public long Deferred => Volatile.Read(ref _deferred);

    /// <summary>Events dropped because the queue to the store was full; their content is sent again with the session's next request.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Invalid cookies, by verdict.</summary>
    public long Refused(CookieVerdict verdict) => Volatile.Read(ref _refused[(int)verdict]);

    /// <summary>Counts a cookie for a new session.</summary>
    public void CountMinted() => _minted++;

    /// <summary>Counts a request with a valid cookie.</summary>
    public void CountReturned() => _returned++;

    /// <summary>Counts a renewed cookie.</summary>
    public void CountRenewed() => _renewed++;

    /// <summary>Counts a sticky session moved to another server.</summary>
    public void CountMoved() => _moved++;

    /// <summary>Counts a stateless request.</summary>
    public void CountStateless() => _stateless++;

    /// <summary>Counts a deferred record.</summary>
    public void CountDeferred() => _deferred++;

    /// <summary>Counts a dropped event.</summary>
    public void CountDropped() => _dropped++;

    /// <summary>Counts an invalid cookie.</summary>
    public void CountRefused(CookieVerdict verdict) => _refused[(int)verdict]++;
}
