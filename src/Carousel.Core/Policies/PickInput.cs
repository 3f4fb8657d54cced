using System.Runtime.CompilerServices;
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
/// <param name="tried">The servers that have failed it: they are not to be picked.</param>
/// <param name="nowMs">The worker's clock, in milliseconds.</param>
/// <param name="key">See <see cref="Key"/>.</param>
public readonly struct PickInput(SlotSet tried, long nowMs, ulong key = 0) : IServerFilter
{
    /// <summary>The worker's clock, in milliseconds.</summary>
    public long NowMs => nowMs;

    /// <summary>The hash of what requests of one kind share, who are to meet the same server; 0 where no policy asks for it.</summary>
    public ulong Key => key;

    /// <summary>How choosy the pick is.</summary>
    public PickScope Scope { get; init; }

    /// <summary>One that is not to be picked now; null if all may be.</summary>
    public Server? But { get; init; }

    /// <summary>True if this server may be picked: the one place where a policy asks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayTake(Server server) =>
        !WasTried(server) && !ReferenceEquals(server, But) && Scope switch
        {
            PickScope.Good => server.Load.MayTake(nowMs) && !server.Load.IsSuspect(nowMs),
            PickScope.Suspects => server.Load.MayTake(nowMs),
            _ => server.Load.HasRoom,
        };

    /// <summary>True if this server might be picked, had it room.</summary>
    public bool CouldTake(Server server) => !WasTried(server) && server.Load.Breaker.MayTake(nowMs);

    /// <summary>True if it has failed this request.</summary>
    internal bool WasTried(Server server) => tried.Count != 0 && tried.Contains(server);

    bool IServerFilter.Takes(Server server) => MayTake(server);
}
