using Carousel.Core.Health;

namespace Carousel.Core.Pool;

/// <summary>How a server is, in one word for people. What keeps it from requests comes before what gives it fewer.</summary>
public enum ServerState : byte
{
    /// <summary>It gets its share.</summary>
    Up,

    /// <summary>It was down, ejected or is new: it gets its share little by little.</summary>
    SlowStart,

    /// <summary>A backup that is not needed.</summary>
    Standby,

    /// <summary>It has as many requests as it may.</summary>
    Full,

    /// <summary>Its weight is 0: only visitors who belong to it come.</summary>
    Closed,

    /// <summary>It has owed answers for long, and is asked only if no other can be.</summary>
    Suspect,

    /// <summary>It takes no new visitors.</summary>
    Draining,

    /// <summary>It is listed no more, and finishes what it has.</summary>
    Leaving,

    /// <summary>Its requests failed: it gets none for a while.</summary>
    Ejected,

    /// <summary>It was ejected, and one request is its trial.</summary>
    OnTrial,

    /// <summary>Probes say that it can't serve.</summary>
    Down,

    /// <summary>Its name does not resolve.</summary>
    Unresolved,

    /// <summary>It is new: its first probe is not over.</summary>
    Probing,
}

/// <summary>Where <see cref="ServerState"/> comes from.</summary>
public static class ServerStates
{
    private static readonly string[] Names =
        ["up", "slow-start", "standby", "full", "closed", "suspect", "draining", "leaving", "ejected", "on-trial", "down", "unresolved", "probing"];

    /// <summary>As the API and tables write it: <c>slow-start</c>.</summary>
    public static string Name(this ServerState state) => Names[(int)state];

    /// <summary>How this server is. Any thread.</summary>
    /// <param name="pool">That has it.</param>
    /// <param name="server">Whom.</param>
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
