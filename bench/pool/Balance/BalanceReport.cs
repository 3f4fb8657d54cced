using System.Text;
using Carousel.Pool.Loading;
using Carousel.Pool.Peers;
using static Carousel.Load.Report.Markdown;

namespace Carousel.Pool.Balance;

/// <summary>Turns the balance's results into the Markdown that is shown and kept. Values are medians over the rounds.</summary>
internal sealed class BalanceReport(PoolOptions options, Results<BalanceSample> results, IReadOnlyList<(string, string)> versions)
{
    /// <summary>The promises: the p99 by the best other product's, and servers that overflow beside others that have time.</summary>
    private const double MostRatio = 0.8, Overflowing = 0.95, HasTime = 0.6;

    private static readonly string[] ThirdNames = ["first", "second", "last"];

    public string Write()
    {
        string[] facts = [$"{options.Seconds} s a peer, {options.Rounds} rounds, interleaved; requests at random times (Poisson), 4 at once a server, exponential times"];
        var text = new StringBuilder(ReportHead.Write("Balance", options, facts, versions, results.Failures));
        AppendVerdicts(text);
        foreach (var scenario in BalanceScenario.All)
        {
            var peers = results.Samples.Where(sample => sample.Scenario == scenario).GroupBy(sample => sample.Peer.Name).Select(group => group.ToList()).ToList();
            if (peers.Count > 0)
            {
                AppendScenario(text, scenario, peers);
            }
        }

        return text.ToString();
    }

    private void AppendVerdicts(StringBuilder text)
    {
        List<string[]> rows = [["promise", "limit", "measured", "verdict"]];
        foreach (var scenario in BalanceScenario.All.Where(scenario => scenario.HasVerdict))
        {
            var own = results.Samples.Where(sample => sample.Scenario == scenario && IsDynamic(sample.Peer)).ToList();
            if (own.Count == 0)
            {
                continue;
            }

            double?[] ratios = [.. own.Select(RatioToBest)];
            if (!ratios.Contains(null))
            {
                double ratio = Median(ratios.Select(one => one!.Value));
                bool broken = own.Any(sample => sample.Errors > 0);
                rows.Add(
                [
                    $"{scenario.Name}: p99 of dynamic{(scenario.SlowServer is null ? "" : " while a server is slow,")} by the best other product's", Number(MostRatio, 2), Number(ratio, 2),
                    broken ? "BROKEN" : ratio <= MostRatio ? "PASS" : "MISS",
                ]);
            }

            int uneven = own.Sum(sample => sample.Thirds.Count(IsUneven));
            rows.Add(
            [
                $"{scenario.Name}: thirds in which a server was over {Overflowing:P0} busy and another under {HasTime:P0}", "0", $"{uneven}",
                uneven == 0 ? "PASS" : "MISS",
            ]);
        }

        if (rows.Count > 1)
        {
            text.Append("\n## What Carousel must reach\n\n").Append(Table(rows));
        }
    }

    private static void AppendScenario(StringBuilder text, BalanceScenario scenario, List<List<BalanceSample>> peers)
    {
        text.Append($"\n## {scenario.Name}: {scenario.What}\n\n{scenario.Rate} requests a second: 75 % of what all servers can do. ");
        text.Append("Latency in ms, from when a request was due.\n\n");
        var best = peers.FirstOrDefault(samples => IsDynamic(samples[0].Peer));
        text.Append(Table(
        [
            ["peer", "p50", "p99", "p99.9", "max", "p99 in the second third", "dynamic's p99 by it", "failed", "late p99"],
            .. peers.Select(samples => Latencies(samples, best)),
        ]));
        string[] servers = [.. scenario.Speeds.Select((speed, i) => $"{i + 1} (speed {speed})")];
        text.Append("\nShare of the requests, and how busy each server was:\n\n");
        text.Append(Table([["peer", .. servers], .. peers.Select(samples => Uses(samples, servers.Length))]));
        if (scenario.SlowServer is { } slow)
        {
            text.Append($"\nRequests to server {slow + 1} by third of the time (it is slow in the second), and how busy it was:\n\n");
            text.Append(Table([["peer", .. ThirdNames], .. peers.Select(samples => Slow(samples, slow))]));
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
            $"{Percent(Median(samples.Select(sample => sample.Share(server))))}, {Percent(Median(samples.Select(sample => sample.Busy(server))))}"),
    ];

    private static string[] Slow(List<BalanceSample> samples, int server) =>
    [
        samples[0].Peer.Name,
        .. ThirdNames.Select((_, third) =>
            $"{Median(samples.Select(sample => (double)sample.Thirds[third][server].Requests)):F0}, " +
            $"{Percent(Median(samples.Select(sample => sample.Thirds[third][server].Busy)))}"),
    ];

    private static string Percent(double share) => $"{Number(share * 100, 0)}%";

    private static bool IsDynamic(Peer peer) => peer is { Product: CarouselPeer.ProductName, Policy: CarouselPeer.Dynamic };

    private static bool IsUneven(IReadOnlyList<ServerUse> third) => third.Max(use => use.Busy) > Overflowing && third.Min(use => use.Busy) < HasTime;

    /// <summary>To the best of the other products in the same round; one that failed requests isn't the best, however quick it was. Null if there is none.</summary>
    private double? RatioToBest(BalanceSample own) => results.Samples
        .Where(sample => sample.Scenario == own.Scenario && sample.Round == own.Round && sample.Peer.Product != own.Peer.Product && sample.Errors == 0)
        .Select(sample => (double?)(JudgedP99(own) / JudgedP99(sample)))
        .Max();

    /// <summary>Of all the time; or, where a server is slow for a while, of that while: over all the time it says little but how long the work takes when all is well.</summary>
    private static double JudgedP99(BalanceSample sample) => (sample.Scenario.SlowServer is null ? sample.Load.Latency : sample.Load.Middle).P99;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
