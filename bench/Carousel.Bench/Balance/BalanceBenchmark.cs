using Carousel.Bench.Cli;
using Carousel.Bench.OpenLoop;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;

namespace Carousel.Bench.Balance;

/// <summary>How long clients wait on servers that aren't alike, with each policy.</summary>
internal sealed class BalanceBenchmark : OpenLoopBenchmark
{
    public override string Name => "balance";

    public override string Description => "Servers of unequal and of changing speed: how long do clients wait, with each policy?";

    public override string Quick => "1 round of 6 s";

    public override IReadOnlyList<NumberFlag> Numbers { get; } =
    [
        NumberFlag.Seconds("Seconds of each measurement.", (30, 3, 3600), quick: 6),
        NumberFlag.Rounds(3),
        NumberFlag.YarpWarmUp("Seconds of load on YARP before it is measured.", (10, 1, 600)),
    ];

    public override IReadOnlyList<string> Scenarios => BalanceScenario.Names;

    public override async Task<Report> RunAsync(BenchRun run)
    {
        var balance = new BalanceRun(run, Programs);
        var samples = new List<BalanceSample>();
        foreach (var scenario in BalanceScenario.All.Where(scenario => run.Options.Scenarios.Contains(scenario.Name)))
        {
            await new Rounds(run, scenario.Name, run.Peers).RunAsync(run.Options.Rounds, async (peer, round) =>
            {
                var sample = await balance.MeasureAsync(scenario, peer, round);
                samples.Add(sample);
                Comparison.Say($"{scenario.Name} {round + 1}/{run.Options.Rounds} {peer.Name}: p50 {sample.Load.Latency.P50:F1} ms, " +
                    $"p99 {sample.Load.Latency.P99:F1} ms, {sample.Errors} of {sample.Load.Gets} failed");
            });
        }

        return new BalanceReport(run, CoreFact, samples).Write();
    }

    protected override IReadOnlyList<Peer> All(string? carousel) => PeerCatalog.OfBalance(carousel);
}
