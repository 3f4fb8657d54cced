using System.Text;
using Carousel.Pool.Loading;
using Carousel.Pool.Peers;
using static Carousel.Load.Report.Markdown;

namespace Carousel.Pool.Churn;

/// <summary>Turns the churn's results into the Markdown that is shown and kept. Counts are sums over the rounds; times and CPU are the worst and the mean.</summary>
internal sealed class ChurnReport(PoolOptions options, Results<ChurnSample> results, IReadOnlyList<(string, string)> versions)
{
    public string Write()
    {
        var text = new StringBuilder(ReportHead.Write("Churn", options, Facts(), versions, results.Failures));
        AppendVerdicts(text);
        var peers = results.Samples.GroupBy(sample => sample.Peer.Name).Select(group => group.ToList()).ToList();
        text.Append("\n## Requests\n\nLatency is that of GETs answered well, in ms, from when they were due: the worst round's.\n\n");
        text.Append(Table(
        [
            ["peer", "GETs", "failed", "resent", "p50", "p99", "p99.9", "max", "CPU us/request", "late p99", "disturbed"],
            .. peers.Select(Requests),
        ]));
        text.Append("\n## POSTs\n\n").Append(Table(
        [
            ["peer", "POSTs", "failed", "executed twice", "answered, not executed", "failed, but executed"],
            .. peers.Select(Posts),
        ]));
        text.Append("\n## What failed\n\n").Append(Table([["peer", "method", "what", "times"], .. peers.SelectMany(Errors)]));
        return text.ToString();
    }

    private string[] Facts()
    {
        var plan = ChurnPlan.Make(options.Seed, options.Seconds);
        int Times(ChurnKind kind) => plan.Count(one => one.Kind == kind);
        return
        [
            $"{options.Seconds} s a peer, {options.Rounds} rounds, interleaved; {options.Rate} requests a second at random times (Poisson), 2 % of them POSTs",
            $"{ChurnPlan.Servers} servers, 3 ms a request (exponential); seed {options.Seed}: {Times(ChurnKind.Kill)} killed, {Times(ChurnKind.Stop)} stopped "
            + $"for 0.5-8 s, {Times(ChurnKind.Delete)} deleted from the list; at least {ChurnPlan.LeastAlive} alive, and for {ChurnPlan.Settling.TotalSeconds:0} s already",
        ];
    }

    private void AppendVerdicts(StringBuilder text)
    {
        var all = results.Samples.Where(sample => sample.Peer is CarouselPeer).ToList();
        if (all.Count == 0)
        {
            return;
        }

        // A GET that waits at a server which is stopped is taken from it by the health check only.
        var byPath = all.Where(sample => sample.Peer is CarouselPeer { ByPath: true }).ToList();
        string[] Verdict(string promise, List<ChurnSample> own, Func<ChurnSample, long> count)
        {
            long sum = own.Sum(count);
            return [promise, "0", $"{sum}", sum == 0 ? "PASS" : "MISS"];
        }

        text.Append("\n## What Carousel must reach\n\n").Append(Table(
        [
            ["promise", "limit", "measured", "verdict"],
            Verdict("GETs that failed", byPath, sample => sample.Load.Errors("GET")),
            Verdict("GETs whose connection was closed without an answer", all, sample => sample.Load.Resent),
            Verdict("POSTs executed twice", all, sample => sample.Posts.Twice),
            Verdict("POSTs answered well and not executed", all, sample => sample.Posts.Never),
            Verdict("POSTs neither answered nor clearly failed", byPath, sample => sample.Load.Outcomes
                .Where(outcome => outcome.Method == "POST" && outcome.IsError && !char.IsDigit(outcome.What[0])).Sum(outcome => outcome.Count)),
        ]));
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
