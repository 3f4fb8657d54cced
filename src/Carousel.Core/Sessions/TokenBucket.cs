namespace Carousel.Core.Sessions;

/// <summary>Rate limiter: <paramref name="perSecond"/> per second, with bursts up to one second's worth. One thread.</summary>
/// <param name="perSecond">At least 1.</param>
public struct TokenBucket(int perSecond)
{
    private const long UnitsAToken = 1000;

    private long _units = perSecond * UnitsAToken;
    private long _filledAt = long.MinValue;

    /// <summary>Takes a token; false if there is none.</summary>
    /// <param name="nowMs">Monotonic milliseconds.</param>
    public bool TryTake(long nowMs)
    {
        if (_filledAt != long.MinValue)
        {
            // One second fills the bucket at any rate, so a longer gap counts as one second.
            _units = Math.Min(perSecond * UnitsAToken, _units + Math.Min(nowMs - _filledAt, 1000) * perSecond);
        }
        _filledAt = nowMs;
        if (_units < UnitsAToken)
        {
            return false;
        }
        _units -= UnitsAToken;
        return true;
    }
}
