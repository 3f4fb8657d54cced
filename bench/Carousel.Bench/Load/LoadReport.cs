using Carousel.Bench.Machine;
using Carousel.Bench.Reports;
using static Carousel.Bench.Reports.Markdown;
using static Carousel.Bench.Reports.Statistics;

namespace Carousel.Bench.Load;

/// <summary>Turns the load's results into a report.</summary>
internal sealed class LoadReport(BenchRun run, LoadResults results)
{
    /// <summary>Above this share of the core in other hands, a measurement counts as disturbed.</summary>
    private const double DisturbedFrom = 0.02;

    private readonly Report _report = run.BeginReport(
        "Load",
        [
            $"rounds: {run.Options.Rounds} of {run.Options.Seconds} s a peer, interleaved; YARP warmed up {run.Options.YarpWarmUpSeconds} s",
            $"peers on core {Cores.Peer}, one worker each; wrk and the servers (nginx) on core {Cores.Load}",
        ],
        """
        CPU is what the kernel charged to the peer's processes. All values are medians over the rounds; ratios are medians of
        the ratios of the same round.
        """);

    public Report Write()
    {
        var targets = Target.All.Where(target => Took(target.Own) && Took(target.Against)).Select(target => target.Evaluate(results)).OfType<Verdict>();
        _report.Verdicts("Targets", "target", [.. targets]);
        foreach (var scenario in ScenarioCatalog.Loads.Where(load => run.Options.Scenarios.Contains(load.Name)))
        {
            AddLoad(scenario);
        }

        AddIdle();
        AddStart();
        return _report;
    }

    private void AddLoad(LoadScenario scenario)
    {
        string unit = $"us/{scenario.Unit}";
        List<string[]> rows =
        [
            [
                "peer", $"CPU {unit}", "least-most", "user", "system", "worker", $"{scenario.Own} by it",
                $"{scenario.Unit}s/s", "p50 ms", "p99 ms", "core busy", "RSS MB", "errors",
            ],
        ];
        foreach (string peer in run.Peers.Select(peer => peer.Name))
        {
            if (results.Of(scenario.Name, peer).ToList() is { Count: > 0 } samples)
            {
                rows.Add(LoadRow(scenario, peer, samples));
            }
        }

        _report.Section($"{scenario.Name}: {scenario.Title}");
        _report.Table(rows);
        var all = results.Loads.Where(sample => sample.Scenario == scenario.Name).ToList();
        if (all.Count(sample => sample.Disturbed > DisturbedFrom) is > 0 and var disturbed)
        {
            _report.Paragraph($"{disturbed} of {all.Count} measurements were disturbed: more than {DisturbedFrom:P0} " +
                $"of the peer's core went to something else (at most {all.Max(sample => sample.Disturbed):P0}).");
        }
    }

    private string[] LoadRow(LoadScenario scenario, string peer, List<LoadSample> samples)
    {
        double? Middle(Func<LoadSample, double> value) => Median(samples.Select(value));

        return
        [
            peer,
            Number(Middle(sample => sample.Cpu.Total), 2),
            $"{Number(samples.Min(sample => sample.Cpu.Total), 1)}-{Number(samples.Max(sample => sample.Cpu.Total), 1)}",
            Number(Middle(sample => sample.Cpu.User), 2),
            Number(Middle(sample => sample.Cpu.System), 2),
            Number(Middle(sample => sample.Worker.Total), 2),
            peer == scenario.Own ? "-" : Number(results.Ratio(scenario.Name, peer), 2),
            Number(Middle(sample => sample.RequestsPerSecond), 0),
            Number(Middle(sample => sample.P50Micros / 1000), 2),
            Number(Middle(sample => sample.P99Micros / 1000), 2),
            Number(Middle(sample => sample.Busy * 100), 0) + "%",
            Number(Middle(sample => sample.RssMegabytes), 1),
            $"{samples.Sum(sample => sample.Errors)}",
        ];
    }

    private void AddIdle()
    {
        if (results.Idles.Count == 0)
        {
            return;
        }

        List<string[]> rows = [["peer", "RSS KB each", "PSS KB each", "private dirty KB each", "RSS MB at rest", "lost"]];
        foreach (var samples in results.Idles.GroupBy(sample => sample.Peer).OrderBy(group => Order(group.Key)))
        {
            rows.Add(
            [
                samples.Key,
                Number(Median(samples.Select(sample => sample.EachConnection.Rss)), 2),
                Number(Median(samples.Select(sample => sample.EachConnection.Pss)), 2),
                Number(Median(samples.Select(sample => sample.EachConnection.PrivateDirty)), 2),
                Number(Median(samples.Select(sample => sample.AtRest.Rss / 1024)), 1),
                $"{samples.Sum(sample => sample.Lost)}",
            ]);
        }

        int connections = results.Idles[0].Connections;
        _report.Section($"idle: {connections} keep-alive connections after one request each, in a fresh process");
        _report.Table(rows);
    }

    private void AddStart()
    {
        if (results.Starts.Count == 0)
        {
            return;
        }

        List<string[]> rows = [["peer", "ms to first response", "least-most", "RSS MB", "PSS MB", "private dirty MB"]];
        foreach (var samples in results.Starts.GroupBy(sample => sample.Peer).OrderBy(group => Order(group.Key)))
        {
            double[] times = [.. samples.Select(sample => sample.Milliseconds)];
            rows.Add(
            [
                samples.Key,
                Number(Median(times), 1),
                $"{Number(times.Min(), 0)}-{Number(times.Max(), 0)}",
                Number(Median(samples.Select(sample => sample.AtRest.Rss / 1024)), 1),
                Number(Median(samples.Select(sample => sample.AtRest.Pss / 1024)), 1),
                Number(Median(samples.Select(sample => sample.AtRest.PrivateDirty / 1024)), 1),
            ]);
        }

        _report.Section($"start: from the start of the process to the first 200 through it, {run.Options.Starts} times");
        _report.Table(rows);
    }

    // Null stands for no peer.
    private bool Took(string? peer) => peer is null || run.Peers.Any(one => one.Name == peer);

    private int Order(string peer) => run.Peers.Select(one => one.Name).ToList().IndexOf(peer);
}
