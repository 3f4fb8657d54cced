using System.Collections.Immutable;
using System.Net;

namespace Carousel.Core.Pool;

/// <summary>
/// The order in which one server's addresses are tried, once each: the one that worked last, then the others as the resolver has them (it has sorted them by
/// RFC 6724). How far apart attempts begin: RFC 8305 section 5.
/// </summary>
/// <param name="endPoints">The server's addresses.</param>
/// <param name="workedLast"><see cref="Server.WorkedLast"/>.</param>
public struct AddressOrder(ImmutableArray<IPEndPoint> endPoints, IPEndPoint? workedLast)
{
    /// <summary>RFC 8305 section 8: the recommended Connection Attempt Delay.</summary>
    public const int DelayMs = 250;

    /// <summary>RFC 8305 section 8: the least delay that is allowed.</summary>
    public const int LeastDelayMs = 10;

    private readonly int _first = workedLast is null || endPoints.Length < 2 ? 0 : Math.Max(0, endPoints.IndexOf(workedLast));
    private int _taken;

    /// <summary>True if there are addresses that were not tried.</summary>
    public readonly bool HasNext => !endPoints.IsDefault && _taken < endPoints.Length;

    /// <summary>The next one. To be called only if there is one.</summary>
    public IPEndPoint Take()
    {
        int index = _taken == 0 ? _first : _taken <= _first ? _taken - 1 : _taken;
        _taken++;
        return endPoints[index];
    }

    /// <summary>How long an attempt has for itself, in milliseconds, before the next begins beside it: so that each begins within the time for all.</summary>
    /// <param name="timeoutMs">The time for all.</param>
    /// <param name="addresses">How many there are; at least one.</param>
    public static long Delay(long timeoutMs, int addresses) => Math.Clamp(timeoutMs / addresses, LeastDelayMs, DelayMs);
}
