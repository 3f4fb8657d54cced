namespace Carousel.Core.Health;

/// <summary>
/// How many requests may be sent again: a share of all requests, so that servers which fail under their load do not get more of it. Which re-sends are
/// charged, docs/decisions/0008-retries.md says. Any thread; a lock, since nothing of it is on the way of a request that goes well.
/// </summary>
/// <param name="percent">Of the requests of ten seconds.</param>
public sealed class RetryBudget(int percent)
{
    /// <summary>What the share is of.</summary>
    internal const int WindowMs = 10_000;

    /// <summary>Always allowed in a window: ten a second.</summary>
    internal const int Always = 100;

    private readonly Lock _gate = new();
    private bool _isBegun;
    private long _beganMs, _requestsBefore;
    private double _expected;
    private int _spent;

    /// <summary>Takes one re-send out of the budget; false if it is spent.</summary>
    /// <param name="requests">All requests there ever were.</param>
    /// <param name="nowMs">The worker's clock, in milliseconds.</param>
    public bool TryTake(long requests, long nowMs)
    {
        lock (_gate)
        {
            if (!_isBegun || nowMs - _beganMs >= WindowMs)
            {
                Begin_NeedsLock(requests, nowMs);
            }
            double all = Math.Max(_expected, requests - _requestsBefore);
            if (_spent >= Math.Max(Always, all * percent / 100))
            {
                return false;
            }
            _spent++;
            return true;
        }
    }

    /// <summary>A window begins with the first re-send after the last one's end. What came in ten seconds before, as an average, is what is expected now.</summary>
    private void Begin_NeedsLock(long requests, long nowMs)
    {
        double windows = _isBegun ? (double)(nowMs - _beganMs) / WindowMs : 1;
        _expected = (requests - _requestsBefore) / windows;
        (_isBegun, _beganMs, _requestsBefore, _spent) = (true, nowMs, requests, 0);
    }
}
