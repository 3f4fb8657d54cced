using Carousel.Core.Health;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>The displayed state of a server. States without traffic take precedence over states with reduced traffic.</summary>
public enum ServerState : byte
{
    /// <summary>It gets its full share.</summary>
    Up,

    /// <summary>Slow start: it was down or ejected, or is new, and gets a growing share.</summary>
    SlowStart,

    /// <summary>A backup that is not in use.</summary>
    Standby,

    /// <summary>It is at its limit of requests.</summary>
    Full,

    /// <summary>Its weight is 0: it takes only requests of its existing sessions.</summary>
    Closed,

    /// <summary>Its responses are overdue: it is picked only if no other server can be.</summary>
    Suspect,

    /// <summary>It takes no new sessions.</summary>
    Draining,

    /// <summary>It is no longer listed, and finishes its requests.</summary>
    Leaving,

    /// <summary>Its requests failed: it gets none until the ejection time is over.</summary>
    Ejected,

    /// <summary>It was ejected, and one trial request is in progress.</summary>
    OnTrial,

    /// <summary>Its probes fail.</summary>
    Down,

    /// <summary>Its name does not resolve.</summary>
    Unresolved,

    /// <summary>It is new: its first probe has not ended.</summary>
    Probing,
}

/// <summary>Computes a <see cref="ServerState"/>.</summary>
public static class ServerStates
{
    private static readonly string[] Names =
        ["up", "slow-start", "standby", "full", "closed", "suspect", "draining", "leaving", "ejected", "on-trial", "down", "unresolved", "probing"];

    /// <summary>The name in the API and in tables: <c>slow-start</c>.</summary>
    public static string Name(this ServerState state) => Names[(int)state];

    /// <summary>The state of this server. Any thread.</summary>
    /// <param name="pool">Its pool.</param>
    /// <param name="server">The server.</param>
    /// <param name="nowMs">The workers' clock.</param>
    public static ServerState StateOf(this PoolSnapshot pool, Server server, long nowMs)
    {
        ServerStatus status = pool[server];
        return status.EndPoints.IsEmpty ? ServerState.Unresolved
            : !status.IsHealthy ? (status.WasProbed ? ServerState.Down : ServerState.Probing)
            : status.IsLeaving ? ServerState.Leaving
            : server.Entry.Drain ? ServerState.Draining
            : OfLoad(server.Load, nowMs) is { } state ? state
            : server.Entry.Weight == 0 ? ServerState.Closed
            : server.Entry.Backup && !pool.Primary.Servers.IsEmpty ? ServerState.Standby
            : server.Load.IsRamping(nowMs) ? ServerState.SlowStart
            : ServerState.Up;
    }

    private static ServerState? OfLoad(ServerLoad load, long nowMs) => load.Breaker.State switch
    {
        CircuitState.Open => ServerState.Ejected,
        CircuitState.HalfOpen => ServerState.OnTrial,
        _ when load.IsSuspect(nowMs) => ServerState.Suspect,
        _ when !load.HasRoom => ServerState.Full,
        _ => null,
    };
}
