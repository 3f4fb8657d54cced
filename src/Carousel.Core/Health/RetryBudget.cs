namespace Carousel.Core.Health;

/// <summary>
/// Limits retries to a share of all requests, so that servers that fail under load do not get more of it. docs/decisions/0008-retries.md defines
/// which retries are charged. Any thread; takes a lock, since successful requests do not use it.
/// </summary>
/// <param name="percent">Of the requests in ten seconds.</param>
public sealed class RetryBudget(int percent)
{
    /// <summary>Length of a window.</summary>
    internal const int WindowMs = 10_000;

    /// <summary>Always allowed in a window: ten per second.</summary>
    internal const int Always = 100;

    private readonly Lock _gate = new();
    private bool _isBegun;
    private long _beganMs, _requestsBefore;
    private double _expected;
    private int _spent;

    /// <summary>Takes one retry out of the budget; false if it is spent.</summary>
    /// <param name="requests">Total number of requests so far.</param>
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

    /// <summary>
    /// A window starts with the first retry after the end of the last window. The expected number of requests is the average per ten seconds since
    /// the last window started.
    /// </summary>
    private void Begin_NeedsLock(long requests, long nowMs)
    {
        double windows = _isBegun ? (double)(nowMs - _beganMs) / WindowMs : 1;
        _expected = (requests - _requestsBefore) / windows;
        (_isBegun, _beganMs, _requestsBefore, _spent) = (true, nowMs, requests, 0);
    }
}
