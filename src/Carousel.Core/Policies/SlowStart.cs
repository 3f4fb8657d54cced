using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// Servers that have come back, or are new, get their share little by little, with every policy: of its picks, a growing part stands. One for each worker, its
/// thread only. How long that takes is the pool's (<see cref="ServerPool.SlowStart"/>).
/// </summary>
/// <param name="seed">Of the random choice.</param>
public sealed class SlowStart(ulong seed)
{
    /// <summary>The part that a ramp begins with: less would keep a server cold, or leave it without a request in a small pool.</summary>
    internal const double Floor = 0.1;

    private SplitMix _random = new(seed);

    /// <summary>True if the pick stands; false if another server is to have the request, if there is one.</summary>
    public bool Stands(Server server, long nowMs) => !server.Load.IsRamping(nowMs) || Share(_random.Next()) < server.Load.RampShare(Floor, nowMs);

    /// <summary>From 0 to below 1, of the upper 32 bits.</summary>
    private static double Share(ulong bits) => (bits >> 32) * (1.0 / (1UL << 32));
}
