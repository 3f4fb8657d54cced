using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// Slow start: servers that return or are new get a growing part of their picks, with every policy. One per worker, its thread only. The duration is
/// the pool's.
/// </summary>
/// <param name="seed">Seed of the random numbers.</param>
public sealed class SlowStart(ulong seed)
{
    /// <summary>Initial share of a ramp: less would keep a server cold, or without any request in a small pool.</summary>
    internal const double Floor = 0.1;

    private SplitMix _random = new(seed);

    /// <summary>True if the pick is accepted; false if another server should get the request, if there is one.</summary>
    public bool Stands(Server server, long nowMs) => !server.Load.IsRamping(nowMs) || Share(_random.Next()) < server.Load.RampShare(Floor, nowMs);

    /// <summary>From 0 to below 1, from the upper 32 bits.</summary>
    private static double Share(ulong bits) => (bits >> 32) * (1.0 / (1UL << 32));
}
