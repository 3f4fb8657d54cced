using System.Collections.Immutable;
using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Pool;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>A balancer with one worker: the real policy over servers whose counts and latencies only this balancer knows.</summary>
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
        })]);
        _pool = PoolBuilder.Build(servers);
        _picker = new Picker(policy(), policy(), new SlowStart(seed: 1));
    }

    /// <summary>The server for one more request, taken on there.</summary>
    public Server? Pick(long nowMs) => _picker.Pick(_pool, _tried, nowMs);

    /// <summary>What a worker does when an answer comes, and when it is over: here the same moment.</summary>
    /// <param name="server">As this balancer knows it.</param>
    /// <param name="tookMicros">Since the request came.</param>
    /// <param name="nowMs">The workers' clock.</param>
    /// <param name="failed">The answer is a 500.</param>
    /// <param name="capacity">What the server reports; 0 for nothing.</param>
    public static void OnResponse(Server server, double tookMicros, long nowMs, bool failed, double capacity)
    {
        server.Load.OnResponse(failed ? Math.Max(tookMicros, server.Load.LatencyMicros) : tookMicros, nowMs);
        server.Load.Reports.OnResponse(failed, nowMs);
        server.Load.Reports.ReportCapacity(capacity, nowMs);
        server.Load.Leave();
    }
}
