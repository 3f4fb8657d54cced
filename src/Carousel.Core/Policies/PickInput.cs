using Carousel.Core.Pool;
using Carousel.Core.Ring;

namespace Carousel.Core.Policies;

/// <summary>How choosy a pick is.</summary>
public enum PickScope : byte
{
    /// <summary>Servers of which nothing bad is known.</summary>
    Good,

    /// <summary>Those that have owed an answer for long, too.</summary>
    Suspects,

    /// <summary>Those that are ejected, too.</summary>
    Ejected,
}

/// <summary>What a policy may know of the request that it picks for.</summary>
/// <param name="tried">The servers that have failed it, by slot: they are not to be picked.</param>
/// <param name="nowMs">The worker's clock, in milliseconds.</param>
public readonly struct PickInput(SlotSet tried, long nowMs) : IServerFilter
{
    /// <summary>The worker's clock, in milliseconds.</summary>
    public long NowMs => nowMs;

    /// <summary>How choosy the pick is.</summary>
    public PickScope Scope { get; init; }

    /// <summary>One that is not to be picked now; null if all may be.</summary>
    public Server? But { get; init; }

    /// <summary>True if this server may be picked: the one place where a policy asks.</summary>
    public bool MayTake(Server server) =>
        (tried.Count == 0 || !tried.Contains(server.Slot)) && !ReferenceEquals(server, But) && Scope switch
        {
            PickScope.Good => server.Load.MayTake(nowMs) && !server.Load.IsSuspect(nowMs),
            PickScope.Suspects => server.Load.MayTake(nowMs),
            _ => server.Load.HasRoom,
        };

    bool IServerFilter.Takes(Server server) => MayTake(server);
}
