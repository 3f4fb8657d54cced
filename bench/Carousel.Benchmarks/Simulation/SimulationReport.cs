using System.Globalization;
using System.Text;
using Carousel.Benchmarks.Simulation.Model;

namespace Carousel.Benchmarks.Simulation;

/// <summary>The results as Markdown.</summary>
internal sealed class SimulationReport(int seed)
{
    /// <summary>Larger pools are not listed server by server.</summary>
    private const int MaxListed = 12;

    private readonly StringBuilder _summary = new();
    private readonly StringBuilder _details = new();

    /// <summary>The number of simulated requests.</summary>
    public long Requests { get; private set; }

    public void Add(Scenario scenario, (string Policy, Outcome Outcome)[] outcomes)
    {
        Requests += outcomes.Sum(outcome => outcome.Outcome.All.Count);
        bool hasFailure = scenario.Failure is not null;
        _details.Append(CultureInfo.InvariantCulture, $"\n## {scenario.Name}\n\n{char.ToUpperInvariant(scenario.What[0])}{scenario.What[1..]}. ")
            .Append(CultureInfo.InvariantCulture, $"{scenario.RequestsPerSecond:0} requests a second ({scenario.Load:P1} of the total capacity), {Counted(scenario)}.\n\n")
            .Append("| policy | p50 ms | p99 ms | p99.9 ms |").Append(hasFailure ? " p99 in failure | p99.9 in failure |" : "").Append(" errors | share % | busy % |\n")
            .Append("|---|---|---|---|").Append(hasFailure ? "---|---|" : "").Append("---|---|---|\n");
        foreach ((string policy, Outcome outcome) in outcomes.OrderBy(outcome => Judged(outcome.Outcome)))
        {
            _details.Append(CultureInfo.InvariantCulture, $"| {policy} | {Ms(outcome.All, 0.5)} | {Ms(outcome.All, 0.99)} | {Ms(outcome.All, 0.999)} |")
                .Append(outcome.DuringFailure is { } failure ? $" {Ms(failure, 0.99)} | {Ms(failure, 0.999)} |" : "")
                .Append(CultureInfo.InvariantCulture, $" {outcome.Errors} | {List(outcome, server => server.Share, "0.0")} | {List(outcome, server => server.Busy, "0")}")
                .Append(outcome.IsLopsided ? " (lopsided) |\n" : " |\n");
        }
        Summarize(scenario, outcomes);
    }

    public override string ToString() => $"""
        # Balancing policies, simulated

        `dotnet run -c Release --project bench/Carousel.Benchmarks -- simulate --seed {seed}`: the policies of Carousel.Core over simulated servers, on a simulated clock. Arrivals are
        Poisson and do not wait for responses; all policies get the same arrivals and the same work. Unless stated otherwise, each server processes four requests at a time, with work of
        20 ms on average for a server of speed 1, exponentially distributed. `random(2)` is the better of two random servers by requests in flight, for comparison. A failed response has
        no latency. *In failure* are the requests that arrived during the failure. *Lopsided*: a server over 95% busy while another is under 60%.

        ## `dynamic` and the others, by p99 (during the failure, if there is one)

        | scenario | dynamic | best of least-requests, random(2), round-robin | ratio | best of all others | ratio | lopsided |
        |---|---|---|---|---|---|---|
        {_summary}{_details}
        """;

    private void Summarize(Scenario scenario, (string Policy, Outcome Outcome)[] outcomes)
    {
        Outcome? dynamic = outcomes.FirstOrDefault(outcome => outcome.Policy == Contestants.Dynamic).Outcome;
        var peers = outcomes.Where(outcome => Contestants.Peers.Contains(outcome.Policy)).ToList();
        if (dynamic is null || peers.Count == 0)
        {
            return;
        }
        _summary.Append(CultureInfo.InvariantCulture, $"| {scenario.Name} | {Judged(dynamic) / 1000:0.0} | {Best(peers)} | {Best([.. outcomes.Where(outcome => outcome.Outcome != dynamic)])} |")
            .Append(dynamic.IsLopsided ? " yes |\n" : " no |\n");

        string Best(List<(string Policy, Outcome Outcome)> others)
        {
            (string policy, Outcome outcome) = others.MinBy(other => Judged(other.Outcome));
            return string.Create(CultureInfo.InvariantCulture, $"{Judged(outcome) / 1000:0.0} ({policy}) | {Judged(dynamic) / Judged(outcome):0.00}");
        }
    }

    private static double Judged(Outcome outcome) => (outcome.DuringFailure ?? outcome.All).Quantile(0.99);

    private static string Counted(Scenario scenario) => string.Create(CultureInfo.InvariantCulture, $"{scenario.Seconds:0} s of which the first {scenario.WarmUpSeconds:0} are not counted")
        + (scenario.Failure is { } failure ? string.Create(CultureInfo.InvariantCulture, $"; failure from {failure.From:0} to {failure.Until:0} s") : "");

    private static string Ms(Latencies latencies, double share) => (latencies.Quantile(share) / 1000).ToString("0.0", CultureInfo.InvariantCulture);

    private static string List(Outcome outcome, Func<ServerOutcome, double> value, string format)
    {
        double[] percents = [.. outcome.Servers.Select(server => value(server) * 100)];
        return percents.Length <= MaxListed
            ? string.Join(' ', percents.Select(percent => percent.ToString(format, CultureInfo.InvariantCulture)))
            : $"{percents.Min().ToString(format, CultureInfo.InvariantCulture)} to {percents.Max().ToString(format, CultureInfo.InvariantCulture)}";
    }
}
