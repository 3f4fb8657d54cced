using System.Collections.Immutable;
using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>A balancer with one worker: the real policy, with counts and latencies of this balancer only.</summary>
internal sealed class SimulatedBalancer
{
    private readonly PoolSnapshot _pool;
    private readonly Picker _picker;
    private readonly SlotSet _tried = new();

    public SimulatedBalancer(Scenario scenario, Func<Policy> policy)
    {
        ImmutableArray<Server> servers = PoolBuilder.Servers([.. scenario.Servers.Select((spec, slot) => new ServerEntry
        {
            Address = new ServerAddress($"10.0.{slot / 250}.{1 + slot % 250}", 8000),
            Name = $"{slot}",
            Weight = spec.Weight,
        })], new SlotAllocator());
        _pool = PoolBuilder.Build(servers);
        _picker = new Picker(policy(), policy(), new SlowStart(seed: 1));
    }

    /// <summary>Picks the server for a request and counts the request there.</summary>
    public Server? Pick(long nowMs) => _picker.Pick(_pool, _tried, nowMs);

    /// <summary>Does what a worker does when a response arrives and when it ends, here at the same moment.</summary>
    /// <param name="server">The server as seen by this balancer.</param>
    /// <param name="tookMicros">The time since the request arrived.</param>
    /// <param name="nowMs">The time by the workers' clock.</param>
    /// <param name="failed">True if the response is a 500.</param>
    /// <param name="capacity">The capacity that the server reports; 0 for none.</param>
    public static void OnResponse(Server server, double tookMicros, long nowMs, bool failed, double capacity)
    {
        server.Load.OnResponse(failed ? Math.Max(tookMicros, server.Load.LatencyMicros) : tookMicros, nowMs);
        server.Load.Reports.OnResponse(failed, nowMs);
        server.Load.Reports.ReportCapacity(capacity, nowMs);
        server.Load.Leave();
    }
}
