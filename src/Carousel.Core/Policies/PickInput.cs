using System.Runtime.CompilerServices;
using Carousel.Core.Ring;
using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>Which servers a pick may return.</summary>
public enum PickScope : byte
{
    /// <summary>Healthy servers.</summary>
    Good,

    /// <summary>Also suspect servers: those with overdue responses.</summary>
    Suspects,

    /// <summary>Also ejected servers.</summary>
    Ejected,
}

/// <summary>The input of a pick.</summary>
/// <param name="tried">Servers that failed this request: not to be picked.</param>
/// <param name="nowMs">The worker's clock, in milliseconds.</param>
/// <param name="key">See <see cref="Key"/>.</param>
public readonly struct PickInput(SlotSet tried, long nowMs, ulong key = 0) : IServerFilter
{
    /// <summary>The worker's clock, in milliseconds.</summary>
    public long NowMs => nowMs;

    /// <summary>Hash key: requests with the same key go to the same server; 0 if the policy does not use it.</summary>
    public ulong Key => key;

    /// <summary>Which servers the pick may return.</summary>
    public PickScope Scope { get; init; }

    /// <summary>A server to exclude; null for none.</summary>
    public Server? But { get; init; }

    /// <summary>True if this server may be picked. Every policy checks eligibility here and nowhere else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayTake(Server server) =>
        !WasTried(server) && !ReferenceEquals(server, But) && Scope switch
        {
            PickScope.Good => server.Load.MayTake(nowMs) && !server.Load.IsSuspect(nowMs),
            PickScope.Suspects => server.Load.MayTake(nowMs),
            _ => server.Load.HasRoom,
        };

    /// <summary>True if this server could be picked if it had capacity.</summary>
    public bool CouldTake(Server server) => !WasTried(server) && server.Load.Breaker.MayTake(nowMs);

    /// <summary>True if it has failed this request.</summary>
    internal bool WasTried(Server server) => tried.Count != 0 && tried.Contains(server);

    bool IServerFilter.Takes(Server server) => MayTake(server);
}
