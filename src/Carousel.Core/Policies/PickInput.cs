using Carousel.Core.Pool;
using Carousel.Core.Ring;

namespace Carousel.Core.Policies;

/// <summary>What a policy may know of the request that it picks for.</summary>
/// <param name="tried">The servers that have failed it: they are not to be picked.</param>
/// <param name="nowMs">The worker's clock, in milliseconds.</param>
public readonly struct PickInput(SlotSet tried, long nowMs) : IServerFilter
{
    /// <summary>The worker's clock, in milliseconds.</summary>
    public long NowMs => nowMs;

    /// <summary>True if this server may be picked: the one place where a policy asks.</summary>
    public bool MayTake(Server server) => CouldTake(server) && server.Load.MayTake();

    /// <summary>True if this server might be picked, had it room.</summary>
    public bool CouldTake(Server server) => tried.Count == 0 || !tried.Contains(server);

    bool IServerFilter.Takes(Server server) => MayTake(server);
}
