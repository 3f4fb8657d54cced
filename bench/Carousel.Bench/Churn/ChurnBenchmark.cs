using Carousel.Bench.Cli;
using Carousel.Bench.OpenLoop;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;

namespace Carousel.Bench.Churn;

/// <summary>What clients notice while servers die, stop, and come and go.</summary>
internal sealed class ChurnBenchmark : OpenLoopBenchmark
{
    public override string Name => "churn";

    public override string Description => "Servers are killed, stopped, restarted, deleted and added under load: what do clients notice?";

    public override string Quick => "1 round of 10 s";

    public override IReadOnlyList<NumberFlag> Numbers { get; } =
    [
        NumberFlag.Seconds("Seconds of each measurement.", (600, 3, 3600), quick: 10),
        NumberFlag.Rounds(1),
        new("--rate", "Requests a second.", (5_000, 1, 100_000), null, (options, value) => options with { Rate = value }),
        new("--seed", "Of what happens to which server and when; the same for every peer.", (1, 0, int.MaxValue), null, (options, value) => options with { Seed = value }),
        NumberFlag.YarpWarmUp("Seconds of load on YARP before it is measured.", (40, 1, 600)),
    ];

    public override async Task<Report> RunAsync(BenchRun run)
    {
        var churn = new ChurnRun(run, Programs);
        var samples = new List<ChurnSample>();
        await new Rounds(run, Name, run.Peers).RunAsync(run.Options.Rounds, async (peer, round) =>
        {
            Comparison.Say($"churn {round + 1}/{run.Options.Rounds} {peer.Name}");
            var sample = await churn.MeasureAsync(peer, round);
            samples.Add(sample);
            Comparison.Say($"  {sample.Load.Errors("GET")} of {sample.Load.Gets} GETs failed, {sample.Load.Errors("POST")} of {sample.Load.Posts} POSTs, " +
                $"{sample.Posts.Twice} POSTs executed twice; p99 {sample.Load.Latency.P99:F1} ms; the plan was late by {sample.PlanLate:F0} ms at most");
        });
        return ChurnReport.Write(run, CoreFact, samples);
    }

    protected override IReadOnlyList<Peer> All(string? carousel) => PeerCatalog.OfChurn(carousel);
}
