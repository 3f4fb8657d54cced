using Carousel.Bench.OpenLoop;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;
using static Carousel.Bench.Reports.Markdown;

namespace Carousel.Bench.Churn;

/// <summary>Turns the churn's results into a report. Counts are sums over the rounds; times and CPU are the worst and the mean.</summary>
internal static class ChurnReport
{
    public static Report Write(BenchRun run, string coreFact, IReadOnlyList<ChurnSample> samples)
    {
        var report = run.BeginReport("Churn", [coreFact, .. Facts(run)]);
        report.Verdicts("What Carousel must reach", "promise", Verdicts(samples));
        var peers = samples.GroupBy(sample => sample.Peer.Name).Select(group => group.ToList()).ToList();
        report.Section("Requests");
        report.Paragraph("Latency is that of successful GETs, in ms, from when they were due: the worst round's.");
        report.Table(
        [
            ["peer", "GETs", "failed", "resent", "p50", "p99", "p99.9", "max", "CPU us/request", "late p99", "disturbed"],
            .. peers.Select(Requests),
        ]);
        report.Section("POSTs");
        report.Table(
        [
            ["peer", "POSTs", "failed", "executed twice", "2xx, not executed", "failed, but executed"],
            .. peers.Select(Posts),
        ]);
        report.Section("What failed");
        report.Table([["peer", "method", "what", "times"], .. peers.SelectMany(Errors)]);
        return report;
    }

    private static string[] Facts(BenchRun run)
    {
        var options = run.Options;
        var plan = ChurnPlan.Make(options.Seed, options.Seconds);
        int Times(ChurnKind kind) => plan.Count(one => one.Kind == kind);
        return
        [
            $"{options.Seconds} s a peer, {options.Rounds} rounds, interleaved; {options.Rate} requests a second at random times (Poisson), 2 % of them POSTs",
            $"{ChurnPlan.Servers} servers, 3 ms a request (exponential); seed {options.Seed}: {Times(ChurnKind.Kill)} killed, {Times(ChurnKind.Stop)} stopped "
            + $"for 0.5-8 s, {Times(ChurnKind.Delete)} deleted from the list; at least {ChurnPlan.LeastAlive} alive, and for {ChurnPlan.Settling.TotalSeconds:0} s already",
        ];
    }

    private static List<Verdict> Verdicts(IReadOnlyList<ChurnSample> samples)
    {
        var all = samples.Where(sample => sample.Peer is CarouselPeer).ToList();

        // A GET that waits at a server which is stopped is taken from it by the health check only.
        var byPath = all.Where(sample => sample.Peer is CarouselPeer { ByPath: true }).ToList();
        return all.Count == 0 ? [] :
        [
            Verdict.Never("GETs that failed", byPath.Sum(sample => sample.Load.Errors("GET"))),
            Verdict.Never("GETs whose connection was closed without a response", all.Sum(sample => sample.Load.Resent)),
            Verdict.Never("POSTs executed twice", all.Sum(sample => sample.Posts.Twice)),
            Verdict.Never("POSTs with a 2xx response that were not executed", all.Sum(sample => sample.Posts.Never)),
            Verdict.Never("POSTs without a response and without a clear failure", byPath.SelectMany(sample => sample.Load.Outcomes)
                .Where(outcome => outcome.Method == "POST" && outcome.IsError && !char.IsDigit(outcome.What[0])).Sum(outcome => outcome.Count)),
        ];
    }

    private static string[] Requests(List<ChurnSample> samples)
    {
        string Worst(Func<Percentiles, double> value) => Number(samples.Max(sample => value(sample.Load.Latency)), 1);
        return
        [
            samples[0].Peer.Name,
            $"{samples.Sum(sample => sample.Load.Gets)}",
            $"{samples.Sum(sample => sample.Load.Errors("GET"))}",
            $"{samples.Sum(sample => sample.Load.Resent)}",
            Worst(latency => latency.P50),
            Worst(latency => latency.P99),
            Worst(latency => latency.P999),
            Worst(latency => latency.Max),
            Number(samples.Average(sample => sample.Cpu), 1),
            Number(samples.Max(sample => sample.Load.Late.P99), 1),
            Number(samples.Max(sample => sample.Disturbed) * 100, 0) + "%",
        ];
    }

    private static string[] Posts(List<ChurnSample> samples) =>
    [
        samples[0].Peer.Name,
        $"{samples.Sum(sample => sample.Load.Posts)}",
        $"{samples.Sum(sample => sample.Load.Errors("POST"))}",
        $"{samples.Sum(sample => sample.Posts.Twice)}",
        $"{samples.Sum(sample => sample.Posts.Never)}",
        $"{samples.Sum(sample => sample.Posts.FailedButDone)}",
    ];

    private static IEnumerable<string[]> Errors(List<ChurnSample> samples) => samples
        .SelectMany(sample => sample.Load.Outcomes)
        .Where(outcome => outcome.IsError)
        .GroupBy(outcome => (outcome.Method, outcome.What))
        .OrderBy(group => group.Key)
        .Select(group => (string[])[samples[0].Peer.Name, group.Key.Method, group.Key.What, $"{group.Sum(outcome => outcome.Count)}"]);
}
