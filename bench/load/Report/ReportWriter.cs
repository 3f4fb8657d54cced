using System.Text;
using Carousel.Load.Machine;
using Carousel.Load.Scenarios;
using static Carousel.Load.Report.Markdown;

namespace Carousel.Load.Report;

/// <summary>Turns results into the Markdown that is shown and kept.</summary>
internal sealed class ReportWriter(LoadOptions options, Results results, IReadOnlyList<(string Peer, string Version)> versions)
{
    /// <summary>Above this share of the core in other hands, a measurement counts as disturbed.</summary>
    private const double DisturbedFrom = 0.02;

    public string Write()
    {
        var text = new StringBuilder();
        AppendHead(text);
        AppendTargets(text);
        foreach (var scenario in ScenarioCatalog.Loads.Where(load => options.Scenarios.Contains(load.Name)))
        {
            AppendLoad(text, scenario);
        }

        AppendIdle(text);
        AppendStart(text);
        return text.ToString();
    }

    private void AppendHead(StringBuilder text)
    {
        text.Append($"""
            # Load, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC

            `{options.CommandLine}`

            - {MachineInfo.Cpu}, {MachineInfo.CoreCount} cores, {MachineInfo.MemoryGigabytes:F0} GB
            - {MachineInfo.Distribution}, Linux {MachineInfo.Kernel}
            - rounds: {options.Rounds} of {options.Seconds} s a peer, interleaved; YARP warmed up {options.YarpWarmUpSeconds} s
            - peers on core {Cores.Peer}, one worker each; wrk and the servers (nginx) on core {Cores.Load}

            """);
        foreach (var (peer, version) in versions)
        {
            text.Append($"- {peer}: {version}\n");
        }

        text.Append("""

            CPU is what the kernel charged to the peer's processes. All values are medians over the rounds; ratios are medians of
            the ratios of the same round.

            """);
        foreach (var failure in results.Failures)
        {
            text.Append($"\n**{failure.Peer} failed in {failure.Scenario}:** {failure.Message.ReplaceLineEndings(" ")}\n");
        }
    }

    private void AppendTargets(StringBuilder text)
    {
        List<string[]> rows = [["target", "limit", "measured", "verdict"]];
        foreach (var target in Target.All.Where(target => Took(target.Own) && Took(target.Against)))
        {
            if (target.Verdict(results) is { } verdict)
            {
                string name = $"{target.Scenario}: {target.Says}";
                rows.Add([name, Number(target.Limit, 2), Number(target.Measure(results), 2), verdict]);
            }
        }

        if (rows.Count > 1)
        {
            text.Append("\n## Targets\n\n").Append(Table(rows));
        }
    }

    private void AppendLoad(StringBuilder text, LoadScenario scenario)
    {
        string unit = $"us/{scenario.Unit}";
        List<string[]> rows =
        [
            [
                "peer", $"CPU {unit}", "least-most", "user", "system", "worker", $"{scenario.Own} by it",
                $"{scenario.Unit}s/s", "p50 ms", "p99 ms", "core busy", "RSS MB", "errors",
            ],
        ];
        foreach (var (peer, _) in versions)
        {
            if (results.Of(scenario.Name, peer).ToList() is { Count: > 0 } samples)
            {
                rows.Add(LoadRow(scenario, peer, samples));
            }
        }

        text.Append($"\n## {scenario.Name}: {scenario.Title}\n\n").Append(Table(rows));
        var all = results.Loads.Where(sample => sample.Scenario == scenario.Name).ToList();
        if (all.Count(sample => sample.Disturbed > DisturbedFrom) is > 0 and var disturbed)
        {
            text.Append($"\n{disturbed} of {all.Count} measurements were disturbed: more than {DisturbedFrom:P0} ");
            text.Append($"of the peer's core went to something else (at most {all.Max(sample => sample.Disturbed):P0}).\n");
        }
    }

    private string[] LoadRow(LoadScenario scenario, string peer, List<LoadSample> samples)
    {
        double? Middle(Func<LoadSample, double> value) => Results.Median(samples.Select(value));

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

    private void AppendIdle(StringBuilder text)
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
                Number(Results.Median(samples.Select(sample => sample.EachConnection.Rss)), 2),
                Number(Results.Median(samples.Select(sample => sample.EachConnection.Pss)), 2),
                Number(Results.Median(samples.Select(sample => sample.EachConnection.PrivateDirty)), 2),
                Number(Results.Median(samples.Select(sample => sample.AtRest.Rss / 1024)), 1),
                $"{samples.Sum(sample => sample.Lost)}",
            ]);
        }

        int connections = results.Idles[0].Connections;
        text.Append($"\n## idle: {connections} keep-alive connections after one request each, in a fresh process\n\n");
        text.Append(Table(rows));
    }

    private void AppendStart(StringBuilder text)
    {
        if (results.Starts.Count == 0)
        {
            return;
        }

        List<string[]> rows = [["peer", "ms to first answer", "least-most", "RSS MB", "PSS MB", "private dirty MB"]];
        foreach (var samples in results.Starts.GroupBy(sample => sample.Peer).OrderBy(group => Order(group.Key)))
        {
            double[] times = [.. samples.Select(sample => sample.Milliseconds)];
            rows.Add(
            [
                samples.Key,
                Number(Results.Median(times), 1),
                $"{Number(times.Min(), 0)}-{Number(times.Max(), 0)}",
                Number(Results.Median(samples.Select(sample => sample.AtRest.Rss / 1024)), 1),
                Number(Results.Median(samples.Select(sample => sample.AtRest.Pss / 1024)), 1),
                Number(Results.Median(samples.Select(sample => sample.AtRest.PrivateDirty / 1024)), 1),
            ]);
        }

        text.Append($"\n## start: from the start of the process to the first 200 through it, {options.Starts} times\n\n");
        text.Append(Table(rows));
    }

    // Null is nobody, who is always there.
    private bool Took(string? peer) => peer is null || versions.Any(entry => entry.Peer == peer);

    private int Order(string peer) => versions.Select(entry => entry.Peer).ToList().IndexOf(peer);
}
