using Carousel.Bench.OpenLoop;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;
using static Carousel.Bench.Reports.Markdown;
using static Carousel.Bench.Reports.Statistics;

namespace Carousel.Bench.Balance;

/// <summary>Turns the balance's results into a report. Values are medians over the rounds.</summary>
internal sealed class BalanceReport(BenchRun run, string coreFact, IReadOnlyList<BalanceSample> all)
{
    /// <summary>The promises: the p99 by the best other product's, and servers that overflow beside others that have time.</summary>
    private const double MostRatio = 0.8, Overflowing = 0.95, HasTime = 0.6;

    private static readonly string[] ThirdNames = ["first", "second", "last"];

    private readonly Report _report = run.BeginReport("Balance",
    [
        coreFact,
        $"{run.Options.Seconds} s a peer, {run.Options.Rounds} rounds, interleaved; requests at random times (Poisson), 4 at once a server, exponential times",
    ]);

    public Report Write()
    {
        _report.Verdicts("What Carousel must reach", "promise", [.. BalanceScenario.All.Where(scenario => scenario.HasVerdict).SelectMany(Verdicts)]);
        foreach (var scenario in BalanceScenario.All)
        {
            var peers = all.Where(sample => sample.Scenario == scenario).GroupBy(sample => sample.Peer.Name).Select(group => group.ToList()).ToList();
            if (peers.Count > 0)
            {
                AddScenario(scenario, peers);
            }
        }

        return _report;
    }

    private IEnumerable<Verdict> Verdicts(BalanceScenario scenario)
    {
        var own = all.Where(sample => sample.Scenario == scenario && IsDynamic(sample.Peer)).ToList();
        if (own.Count == 0)
        {
            yield break;
        }

        double?[] ratios = [.. own.Select(RatioToBest)];
        if (!ratios.Contains(null))
        {
            yield return Verdict.Of(
                $"{scenario.Name}: p99 of dynamic{(scenario.SlowServer is null ? "" : " while a server is slow,")} by the best other product's",
                MostRatio, MedianOf(ratios.Select(one => one!.Value)), broken: own.Any(sample => sample.Errors > 0));
        }

        yield return Verdict.Never(
            $"{scenario.Name}: thirds in which a server was over {Overflowing:P0} busy and another under {HasTime:P0}",
            own.Sum(sample => sample.Thirds.Count(IsUneven)));
    }

    private void AddScenario(BalanceScenario scenario, List<List<BalanceSample>> peers)
    {
        _report.Section($"{scenario.Name}: {scenario.What}");
        _report.Paragraph($"{scenario.Rate} requests a second: 75 % of what all servers can do. Latency in ms, from when a request was due.");
        var best = peers.FirstOrDefault(samples => IsDynamic(samples[0].Peer));
        _report.Table(
        [
            ["peer", "p50", "p99", "p99.9", "max", "p99 in the second third", "dynamic's p99 by it", "failed", "late p99"],
            .. peers.Select(samples => Latencies(samples, best)),
        ]);
        string[] servers = [.. scenario.Speeds.Select((speed, i) => $"{i + 1} (speed {speed})")];
        _report.Paragraph("Share of the requests, and how busy each server was:");
        _report.Table([["peer", .. servers], .. peers.Select(samples => Uses(samples, servers.Length))]);
        if (scenario.SlowServer is { } slow)
        {
            _report.Paragraph($"Requests to server {slow + 1} by third of the time (it is slow in the second), and how busy it was:");
            _report.Table([["peer", .. ThirdNames], .. peers.Select(samples => Slow(samples, slow))]);
        }
    }

    private static string[] Latencies(List<BalanceSample> samples, List<BalanceSample>? dynamic)
    {
        string Middle(Func<Percentiles, double> value) => Number(Median(samples.Select(sample => value(sample.Load.Latency))), 1);
        var ratios = dynamic?.Join(samples, own => own.Round, other => other.Round, (own, other) => JudgedP99(own) / JudgedP99(other)).ToList();
        return
        [
            samples[0].Peer.Name,
            Middle(latency => latency.P50),
            Middle(latency => latency.P99),
            Middle(latency => latency.P999),
            Middle(latency => latency.Max),
            Number(Median(samples.Select(sample => sample.Load.Middle.P99)), 1),
            Number(ratios is null or [] || samples == dynamic ? null : Median(ratios), 2),
            $"{samples.Sum(sample => sample.Errors)}",
            Number(samples.Max(sample => sample.Load.Late.P99), 1),
        ];
    }

    private static string[] Uses(List<BalanceSample> samples, int servers) =>
    [
        samples[0].Peer.Name,
        .. Enumerable.Range(0, servers).Select(server =>
            $"{Percent(MedianOf(samples.Select(sample => sample.Share(server))))}, {Percent(MedianOf(samples.Select(sample => sample.Busy(server))))}"),
    ];

    private static string[] Slow(List<BalanceSample> samples, int server) =>
    [
        samples[0].Peer.Name,
        .. ThirdNames.Select((_, third) =>
            $"{MedianOf(samples.Select(sample => (double)sample.Thirds[third][server].Requests)):F0}, " +
            $"{Percent(MedianOf(samples.Select(sample => sample.Thirds[third][server].Busy)))}"),
    ];

    private static string Percent(double share) => $"{Number(share * 100, 0)}%";

    private static bool IsDynamic(Peer peer) => peer is { Product: CarouselPeer.ProductName, Policy: CarouselPeer.Dynamic };

    private static bool IsUneven(IReadOnlyList<ServerUse> third) => third.Max(use => use.Busy) > Overflowing && third.Min(use => use.Busy) < HasTime;

    /// <summary>To the best of the other products in the same round; one that failed requests isn't the best, however quick it was. Null if there is none.</summary>
    private double? RatioToBest(BalanceSample own) => all
        .Where(sample => sample.Scenario == own.Scenario && sample.Round == own.Round && sample.Peer.Product != own.Peer.Product && sample.Errors == 0)
        .Select(sample => (double?)(JudgedP99(own) / JudgedP99(sample)))
        .Max();

    /// <summary>Of all the time; or, where a server is slow for a while, of that while: over all the time it says little but how long the work takes when all is well.</summary>
    private static double JudgedP99(BalanceSample sample) => (sample.Scenario.SlowServer is null ? sample.Load.Latency : sample.Load.Middle).P99;

    /// <summary>Of one value at least.</summary>
    private static double MedianOf(IEnumerable<double> values) => Median(values)!.Value;
}
