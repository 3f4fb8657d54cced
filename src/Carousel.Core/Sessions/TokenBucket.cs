namespace Carousel.Core.Sessions;

/// <summary>So many a second, up to one second's worth at once. One thread.</summary>
/// <param name="perSecond">At least 1.</param>
public struct TokenBucket(int perSecond)
{
    private const long UnitsAToken = 1000;

    private long _units = perSecond * UnitsAToken;
    private long _filledAt = long.MinValue;

    /// <summary>Takes one if there is one.</summary>
    /// <param name="nowMs">Milliseconds that never go back.</param>
    public bool TryTake(long nowMs)
    {
        if (_filledAt != long.MinValue)
        {
            // A second fills it whatever its size, so more need not be multiplied.
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
