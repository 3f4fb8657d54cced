namespace Carousel.Engine.Proxy;

/// <summary>
/// Whether a client keeps up with a rate, from looks at a count of bytes that exists anyway: nothing is done for what it sends or takes. Only time in which it
/// was waited for at every look counts, so one that waits for its server is never slow. Pure.
/// </summary>
internal struct RateWindow
{
    /// <summary>What the rate is taken over: shorter, and a lost packet or two would end a client on a bad line.</summary>
    public const int LengthMs = 10_000;

    /// <summary>From look to look: often enough to notice that it was the server's turn in between.</summary>
    public const int LookMs = 2_000;

    private bool _isOpen;
    private long _since;
    private long _before;

    /// <summary>Looks: true if for the last <see cref="LengthMs"/> the client was waited for, and moved fewer bytes than it must.</summary>
    /// <param name="isWaitedFor">Whether the client is waited for now.</param>
    /// <param name="bytes">Bytes it has moved so far.</param>
    /// <param name="leastRate">Bytes a second.</param>
    /// <param name="nowMs">The worker's clock.</param>
    public bool IsTooSlow(bool isWaitedFor, long bytes, int leastRate, long nowMs)
    {
        long tookMs = nowMs - _since;
        bool isOver = _isOpen && isWaitedFor && tookMs >= LengthMs;
        bool isSlow = isOver && (bytes - _before) * 1000 < leastRate * tookMs;
        if (!isWaitedFor || !_isOpen || isOver)
        {
            _isOpen = isWaitedFor;
            _since = nowMs;
            _before = bytes;
        }
        return isSlow;
    }
}
