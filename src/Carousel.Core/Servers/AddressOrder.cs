using System.Collections.Immutable;
using System.Net;

namespace Carousel.Core.Servers;

/// <summary>
/// The order in which a server's addresses are tried, once each: the last one that connected, then the others in the resolver's order (sorted by RFC
/// 6724). Delay between attempts: RFC 8305 section 5.
/// </summary>
/// <param name="endPoints">The server's addresses.</param>
/// <param name="workedLast"><see cref="Server.WorkedLast"/>.</param>
public struct AddressOrder(ImmutableArray<IPEndPoint> endPoints, IPEndPoint? workedLast)
{
    /// <summary>RFC 8305 section 8: the recommended Connection Attempt Delay.</summary>
    public const int DelayMs = 250;

    /// <summary>RFC 8305 section 8: the minimum delay.</summary>
    public const int LeastDelayMs = 10;

    private readonly int _first = workedLast is null || endPoints.Length < 2 ? 0 : Math.Max(0, endPoints.IndexOf(workedLast));
    private int _taken;

    /// <summary>True if there are untried addresses.</summary>
    public readonly bool HasNext => !endPoints.IsDefault && _taken < endPoints.Length;

    /// <summary>The next address. Call only if <see cref="HasNext"/>.</summary>
    public IPEndPoint Take()
    {
        int index = _taken == 0 ? _first : _taken <= _first ? _taken - 1 : _taken;
        _taken++;
        return endPoints[index];
    }

    /// <summary>Delay in milliseconds before the next attempt starts in parallel, so that every attempt starts within the total timeout.</summary>
    /// <param name="timeoutMs">The total timeout.</param>
    /// <param name="addresses">Number of addresses; at least one.</param>
    public static long Delay(long timeoutMs, int addresses) => Math.Clamp(timeoutMs / addresses, LeastDelayMs, DelayMs);
}
