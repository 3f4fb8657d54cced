using Carousel.Bench.Cli;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;
using Carousel.Bench.Servers;

namespace Carousel.Bench.Load;

/// <summary>What a request, a connection and a start cost, under loads without failures.</summary>
internal sealed class LoadBenchmark : Benchmark
{
    /// <summary>Memory varies little from process to process: more rounds would tell nothing.</summary>
    private const int MaxIdleRounds = 3;

    public override string Name => "load";

    public override string Description => "Compares Carousel with nginx, HAProxy, YARP and a bare epoll loop, side by side.";

    public override string Quick => "1 round of 1 s, 500 idle connections";

    public override IReadOnlyList<NumberFlag> Numbers { get; } =
    [
        NumberFlag.Rounds(5),
        NumberFlag.Seconds("Seconds of each measurement, after one of warm-up.", (5, 1, 600), quick: 1),
        NumberFlag.YarpWarmUp("Seconds of load on YARP before it is measured; a quarter again in each further scenario.", (40, 0, 600)),
        new("--idle-connections", "Idle connections to open.", (8000, 10, 8900), 500, (options, value) => options with { IdleConnections = value }),
        new("--starts", "Starts of each peer to measure.", (10, 1, 100), 2, (options, value) => options with { Starts = value }),
    ];

    public override IReadOnlyList<string> Scenarios => ScenarioCatalog.Names;

    public override IReadOnlyList<string> PeerNames { get; } = [.. PeerCatalog.OfLoad(null, null).Select(peer => peer.Name)];

    public override bool TakesBefore => true;

    public override IEnumerable<(string, string)> Needs => [("wrk", "wrk"), Nginx.Needs];

    public override int Descriptors => 2 * Peer.MaxConnections + 1000;

    public override IReadOnlyList<Peer> Choose(BenchOptions options) =>
        [.. PeerCatalog.OfLoad(options.Carousel, options.Before).Where(peer => options.Peers.Contains(peer.Name.Replace(CarouselPeer.Before, "")))];

    public override async Task<Report> RunAsync(BenchRun run)
    {
        using var servers = SharedServers.Start(run.NewFolder("servers"), run.Ports, run.Stop);
        using SessionStore? store = StartStore(run);
        var results = new LoadResults(run.Failures);
        await RunLoadsAsync(run, new Starter(run, servers, store), results);
        if (run.Options.Scenarios.Contains(ScenarioCatalog.Idle))
        {
            int rounds = Math.Min(run.Options.Rounds, MaxIdleRounds);
            await RunFreshAsync(run, ScenarioCatalog.Idle, rounds, servers, async (peer, round) =>
                results.Idles.Add(await IdleRun.MeasureAsync(peer, run.Options.IdleConnections, round, run.Stop)));
        }

        if (run.Options.Scenarios.Contains(ScenarioCatalog.Start))
        {
            await RunFreshAsync(run, ScenarioCatalog.Start, run.Options.Starts, servers, async (peer, round) =>
                results.Starts.Add(await StartRun.MeasureAsync(peer, round, run.Stop)));
        }

        return new LoadReport(run, results).Write();
    }

    private static SessionStore? StartStore(BenchRun run) =>
        run.Peers.Any(peer => peer.KeepsSessions) && ScenarioCatalog.Loads.Any(load => load.NeedsSessions && run.Options.Scenarios.Contains(load.Name))
            ? SessionStore.Start(run.Folder, run.Ports)
            : null;

    private static async Task RunLoadsAsync(BenchRun run, Starter starter, LoadResults results)
    {
        using var running = new RunningPeers(starter);
        int warmUp = run.Options.YarpWarmUpSeconds;
        foreach (var scenario in ScenarioCatalog.Loads.Where(load => run.Options.Scenarios.Contains(load.Name)))
        {
            var rounds = new Rounds(run, scenario.Name, run.Peers.Where(scenario.Takes));
            await rounds.OnceAsync(async peer =>
            {
                var ready = running.Get(peer);
                if (peer.NeedsWarmUp && warmUp > 0)
                {
                    Comparison.Say($"{scenario.Name}: warming up {peer.Name} for {warmUp} s");
                    await Wrk.RunAsync(scenario, ready, run.Folder, warmUp, run.Stop);
                }
            });
            warmUp = (run.Options.YarpWarmUpSeconds + 3) / 4;
            await rounds.RunAsync(run.Options.Rounds, async (peer, round) =>
            {
                var sample = await LoadRun.MeasureAsync(scenario, running.Of(peer), run.Folder, round, run.Options.Seconds, run.Stop);
                results.Loads.Add(sample);
                string errors = sample.Errors > 0 ? $", {sample.Errors} ERRORS" : "";
                Comparison.Say($"{scenario.Name} {round + 1}/{run.Options.Rounds} {peer.Name}: {sample.Cpu.Total:F2} us/{scenario.Unit} " +
                    $"({sample.Cpu.User:F2} user), {sample.RequestsPerSecond:F0}/s{errors}");
            });
        }
    }

    /// <summary>Measures each peer in a process of its own each round.</summary>
    private static async Task RunFreshAsync(BenchRun run, string scenario, int rounds, SharedServers servers, Func<RunningPeer, int, Task> measure)
    {
        Comparison.Say($"{scenario}: {rounds} times");
        var starter = new Starter(run, servers, Store: null);
        var taking = run.Peers.Where(peer => !peer.KeepsSessions && (!peer.IsLimit || scenario == ScenarioCatalog.Start));
        await new Rounds(run, scenario, taking).RunAsync(rounds, async (peer, round) =>
        {
            using var fresh = starter.Start(peer);
            await measure(fresh, round);
        });
    }

    /// <summary>Starts peers in front of the shared servers.</summary>
    private sealed record Starter(BenchRun Run, SharedServers Servers, SessionStore? Store)
    {
        public RunningPeer Start(Peer peer) =>
            RunningPeer.Start(peer, Run.SetUp(peer, Servers.Ports) with { StorePort = Store?.Port ?? 0 }, Run.Stop);
    }

    /// <summary>The peers' processes, that are kept from scenario to scenario.</summary>
    private sealed class RunningPeers(Starter starter) : IDisposable
    {
        private readonly Dictionary<Peer, RunningPeer> _running = [];

        /// <summary>Starts it if it doesn't run: it may have died before.</summary>
        public RunningPeer Get(Peer peer)
        {
            if (_running.TryGetValue(peer, out var ready) && !ready.Process.HasExited)
            {
                return ready;
            }

            ready?.Dispose();
            _running.Remove(peer);
            return _running[peer] = starter.Start(peer);
        }

        /// <summary>One that was started.</summary>
        public RunningPeer Of(Peer peer) => _running[peer];

        public void Dispose()
        {
            foreach (var peer in _running.Values)
            {
                peer.Dispose();
            }
        }
    }
}
