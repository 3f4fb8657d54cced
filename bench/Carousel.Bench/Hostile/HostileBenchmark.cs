using Carousel.Bench.Cli;
using Carousel.Bench.Hostile.Trials;
using Carousel.Bench.Machine;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;
using Carousel.Bench.Servers;

namespace Carousel.Bench.Hostile;

/// <summary>What well-behaved clients notice while others are hostile, with each peer an ordinary user: the report has a table for each trial, a row for each peer.</summary>
internal sealed class HostileBenchmark : Benchmark
{
    public override string Name => "hostile";

    public override string Description => "Carousel, nginx and HAProxy under hostile clients, as an ordinary user.";

    public override string Quick => "2 s each";

    public override IReadOnlyList<NumberFlag> Numbers { get; } = [NumberFlag.Seconds("Seconds of each measurement.", (10, 1, 25), quick: 2)];

    public override IReadOnlyList<string> Scenarios => TrialCatalog.Names;

    public override IReadOnlyList<string> PeerNames { get; } = [.. PeerCatalog.OfHostile(null).Select(peer => peer.Name)];

    public override IEnumerable<(string, string)> Needs => [("setpriv", "util-linux"), ("prlimit", "util-linux"), Nginx.Needs];

    public override int Descriptors => 4_000;

    public override IReadOnlyList<Peer> Choose(BenchOptions options) =>
        [.. PeerCatalog.OfHostile(options.Carousel).Where(peer => options.Peers.Contains(peer.Name))];

    public override async Task<Report> RunAsync(BenchRun run)
    {
        OrdinaryUser.Open(run.Folder);
        using var servers = SharedServers.Start(run.NewFolder("servers"), run.Ports, run.Stop);
        var place = new Place(run, servers.Ports);
        var tables = new List<(Trial Trial, List<string[]> Rows)>();
        foreach (var trial in TrialCatalog.All.Where(trial => run.Options.Scenarios.Contains(trial.Name)))
        {
            List<string[]> rows = [["peer", .. trial.Columns]];
            await new Rounds(run, trial.Name, run.Peers).OnceAsync(async peer =>
            {
                Comparison.Say($"{trial.Name}: {peer.Name}");
                string[]? cells = await trial.MeasureAsync(peer, place, run.Stop);
                rows.Add([peer.Name, .. cells ?? [.. trial.Columns.Select(_ => "n/a")]]);
            });
            tables.Add((trial, rows));
        }

        return Write(run, tables);
    }

    private static Report Write(BenchRun run, List<(Trial Trial, List<string[]> Rows)> tables)
    {
        var report = run.BeginReport("Hostile clients",
        [
            $"peers as an ordinary user on core {Cores.Peer}, one worker each; the clients, the servers and this program on core {Cores.Load}",
            $"{run.Options.Seconds} s a measurement",
        ]);
        foreach (var (trial, rows) in tables)
        {
            report.Section(trial.Name);
            report.Paragraph(trial.Description);
            report.Table(rows);
        }

        return report;
    }
}
