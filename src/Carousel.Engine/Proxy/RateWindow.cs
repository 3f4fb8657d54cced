namespace Carousel.Engine.Proxy;

/// <summary>
/// Checks whether a client keeps up with a minimum rate, by sampling a byte count that exists anyway: nothing is done per send or receive. Only time in which
/// every sample found the balancer waiting for the client counts, so a client that waits for its server is never slow. Pure.
/// </summary>
internal struct RateWindow
{
    /// <summary>The period the rate is taken over: if it were shorter, one or two lost packets would disconnect a client on a bad line.</summary>
    public const int LengthMs = 10_000;

    /// <summary>The sampling interval: short enough to notice that the client was waiting for the server in between.</summary>
    public const int LookMs = 2_000;

    private bool _isOpen;
    private long _since;
    private long _before;

    /// <summary>Takes a sample. True if the client was waited for during the last <see cref="LengthMs"/> and moved fewer bytes than required.</summary>
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
