using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Sessions;

/// <summary>Session counters of one worker. Only that worker writes; any thread reads, possibly with a delay.</summary>
public sealed class SessionCounters
{
    private readonly long[] _refused = new long[Enum.GetValues<CookieVerdict>().Length];
    private Written _written;

    /// <summary>Cookies issued to clients without a valid one.</summary>
    public long Minted => Volatile.Read(ref _written.Minted);

    /// <summary>Requests with a valid cookie.</summary>
    public long Returned => Volatile.Read(ref _written.Returned);

    /// <summary>Cookies renewed for an existing session, because the old one was at half of its lifetime.</summary>
    public long Renewed => Volatile.Read(ref _written.Renewed);

    /// <summary>Sticky sessions moved to another server.</summary>
    public long Moved => Volatile.Read(ref _written.Moved);

    /// <summary>Stateless requests: their state is in a token.</summary>
    public long Stateless => Volatile.Read(ref _written.Stateless);

    /// <summary>Records deferred until the cookie returns, because of the rate limit for new sessions.</summary>
    public long Deferred => Volatile.Read(ref _written.Deferred);

    /// <summary>Events dropped because the queue to the store was full; their content is sent again with the session's next request.</summary>
    public long Dropped => Volatile.Read(ref _written.Dropped);

    /// <summary>Invalid cookies, by verdict.</summary>
    public long Refused(CookieVerdict verdict) => Volatile.Read(ref _refused[(int)verdict]);

    /// <summary>Counts a cookie for a new session.</summary>
    public void CountMinted() => _written.Minted++;

    /// <summary>Counts a request with a valid cookie.</summary>
    public void CountReturned() => _written.Returned++;

    /// <summary>Counts a renewed cookie.</summary>
    public void CountRenewed() => _written.Renewed++;

    /// <summary>Counts a sticky session moved to another server.</summary>
    public void CountMoved() => _written.Moved++;

    /// <summary>Counts a stateless request.</summary>
    public void CountStateless() => _written.Stateless++;

    /// <summary>Counts a deferred record.</summary>
    public void CountDeferred() => _written.Deferred++;

    /// <summary>Counts a dropped event.</summary>
    public void CountDropped() => _written.Dropped++;

    /// <summary>Counts an invalid cookie.</summary>
    public void CountRefused(CookieVerdict verdict) => _refused[(int)verdict]++;

    /// <summary>Written for every request of a session. All workers' counters are made one after the other.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Apart)]
    private struct Written
    {
        [FieldOffset(CacheLines.Apart)]
        public long Returned;

        [FieldOffset(CacheLines.Apart + 8)]
        public long Minted;

        [FieldOffset(CacheLines.Apart + 16)]
        public long Renewed;

        [FieldOffset(CacheLines.Apart + 24)]
        public long Moved;

        [FieldOffset(CacheLines.Apart + 32)]
        public long Stateless;

        [FieldOffset(CacheLines.Apart + 40)]
        public long Deferred;

        [FieldOffset(CacheLines.Apart + 48)]
        public long Dropped;
    }
}
