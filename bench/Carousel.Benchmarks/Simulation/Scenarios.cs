using System.Collections.Immutable;
using Carousel.Benchmarks.Simulation.Model;

namespace Carousel.Benchmarks.Simulation;

/// <summary>The scenarios in which policies are compared.</summary>
internal static class Scenarios
{
    private static readonly ImmutableArray<ServerSpec> Unequal = [new(1), new(1), new(2), new(2), new(4), new(4)];
    private static readonly ImmutableArray<ServerSpec> Equal = [.. Enumerable.Repeat(new ServerSpec(2), 6)];

    private static readonly Scenario A = new()
    {
        Name = "A",
        What = "six servers of speeds 1, 1, 2, 2, 4, 4; the balancer does not know the speeds",
        Servers = Unequal,
    };

    private static readonly Scenario B = new()
    {
        Name = "B",
        What = "six equal servers; the third is ten times slower from 15 to 25 s",
        Seconds = 45,
        Failure = new Span(15, 25),
        Servers = Equal.SetItem(2, new ServerSpec(2) { Phases = [new Phase(new Span(15, 25), 0.1)] }),
    };

    /// <summary>All scenarios, with a seed for their random events.</summary>
    public static ImmutableArray<Scenario> All(int seed) =>
    [
        A,
        B,
        A with { Name = "A-lognormal", What = A.What + "; lognormal work", ServiceTime = ServiceTime.LogNormal },
        B with { Name = "B-lognormal", What = B.What + "; lognormal work", ServiceTime = ServiceTime.LogNormal },
        A with { Name = "A-1", What = A.What + "; one request at a time", Processors = 1, MeanMicros = 5_000 },
        B with { Name = "B-1", What = B.What + "; one request at a time", Processors = 1, MeanMicros = 5_000 },
        A with { Name = "A-weights", What = "as A, with weights in servers.txt", Servers = [.. Unequal.Select(server => server with { Weight = (int)server.Speed })] },
        A with { Name = "A-reports", What = "as A, and the servers report their capacity", Reports = true },
        A with { Name = "A-16", What = "as A, with 16 independent balancers", Balancers = 16 },
        B with { Name = "B-16", What = "as B, with 16 independent balancers", Balancers = 16 },
        new Scenario
        {
            Name = "antagonists", What = "twelve equal servers; neighbours take half or more of a server's capacity for seconds, at random", Load = 0.65,
            Servers = Antagonists(12, 60, new Random(seed)),
        },
        new Scenario
        {
            Name = "failing", What = "six equal servers; the third responds 500 at once from 15 to 25 s", Load = 0.65, Seconds = 45, Failure = new Span(15, 25),
            Servers = Equal.SetItem(2, new ServerSpec(2) { Phases = [new Phase(new Span(15, 25), 1, Fails: true)] }),
        },
        new Scenario
        {
            Name = "stopped", What = "six equal servers; the third is stopped from 15 to 17 s", Load = 0.65, Seconds = 45, Failure = new Span(15, 25),
            Servers = Equal.SetItem(2, new ServerSpec(2) { Phases = [new Phase(new Span(15, 17), 0)] }),
        },
        A with { Name = "light", What = "as A, at a tenth of the load", Load = 0.075 },
        new Scenario
        {
            Name = "large", What = "sixty-four servers of speeds 1, 2, 4 alternating, 8 balancers", Balancers = 8, Seconds = 25,
            Servers = [.. Enumerable.Range(0, 64).Select(i => new ServerSpec(1 << i % 3))],
        },
    ];

    /// <summary>Each server runs undisturbed for 6 s on average, then loses 50 to 80% of its capacity for 2 s on average.</summary>
    private static ImmutableArray<ServerSpec> Antagonists(int count, double seconds, Random random) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var phases = ImmutableArray.CreateBuilder<Phase>();
        for (double at = 6 * random.NextExponential(); at < seconds;)
        {
            double until = at + 2 * random.NextExponential();
            phases.Add(new Phase(new Span(at, until), 0.2 + 0.3 * random.NextDouble()));
            at = until + 6 * random.NextExponential();
        }
        return new ServerSpec(2) { Phases = phases.ToImmutable() };
    })];
}
