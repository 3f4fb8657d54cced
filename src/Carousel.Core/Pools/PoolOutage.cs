namespace Carousel.Core.Pools;

/// <summary>Explains why no server of a pool takes requests. Pure.</summary>
public static class PoolOutage
{
    /// <summary>Such as <c>all 2 servers are down</c>, or <c>none of 3 servers takes requests: 2 down, 1 draining</c>.</summary>
    /// <param name="pool">The current snapshot.</param>
    /// <param name="nowMs">The workers' clock.</param>
    public static string Sentence(PoolSnapshot pool, long nowMs)
    {
        (ServerState State, int Count)[] states =
        [
            .. pool.Servers.Select(server => pool.StateOf(server, nowMs)).GroupBy(state => state).Select(group => (group.Key, group.Count()))
                .OrderByDescending(group => group.Item2).ThenBy(group => group.Key),
        ];
        return states switch
        {
            [] => "there is no server",
            [(var state, 1)] => $"the only server, {pool.Servers[0].Entry.Label}, {Verb(state, "is")}",
            [(var state, var count)] => $"all {count} servers {Verb(state, "are")}",
            _ => $"none of {pool.Servers.Length} servers takes requests: {string.Join(", ", states.Select(state => $"{state.Count} {state.State.Name()}"))}",
        };
    }

    /// <summary>True if there are servers and all are known to take no requests.</summary>
    /// <inheritdoc cref="Sentence" path="/param"/>
    public static bool IsOut(PoolSnapshot pool, long nowMs) => !pool.Servers.IsEmpty && pool.Servers.All(server =>
        pool.StateOf(server, nowMs) is ServerState.Down or ServerState.Unresolved or ServerState.Ejected or ServerState.Draining or ServerState.Closed);

    private static string Verb(ServerState state, string be) => state switch
    {
        ServerState.Unresolved => $"{be} down: the name does not resolve",
        ServerState.Closed => be == "is" ? "has weight 0" : "have weight 0",
        ServerState.Up or ServerState.SlowStart or ServerState.Standby => $"{be} up again by now",
        ServerState.Probing => $"{be} new, and not probed yet",
        _ => $"{be} {state.Name()}",
    };
}
