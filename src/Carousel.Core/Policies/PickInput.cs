using Carousel.Core.Pool;
using Carousel.Core.Ring;

namespace Carousel.Core.Policies;

/// <summary>What a policy may know of the request that it picks for.</summary>
/// <param name="tried">The servers that have failed it: they are not to be picked.</param>
/// <param name="nowMs">The worker's clock, in milliseconds.</param>
/// <param name="key">See <see cref="Key"/>.</param>
public readonly struct PickInput(SlotSet tried, long nowMs, ulong key = 0) : IServerFilter
{
    /// <summary>The worker's clock, in milliseconds.</summary>
    public long NowMs => nowMs;

    /// <summary>The hash of what requests of one kind share, who are to meet the same server; 0 where no policy asks for it.</summary>
    public ulong Key => key;

    /// <summary>True if this server may be picked: the one place where a policy asks.</summary>
    public bool MayTake(Server server) => CouldTake(server) && server.Load.MayTake();

    /// <summary>True if this server might be picked, had it room.</summary>
    public bool CouldTake(Server server) => tried.Count == 0 || !tried.Contains(server);

    bool IServerFilter.Takes(Server server) => MayTake(server);
}
