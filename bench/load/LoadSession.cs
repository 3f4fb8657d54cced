using Carousel.Load.Peers;
using Carousel.Load.Processes;
using Carousel.Load.Report;
using Carousel.Load.Scenarios;

namespace Carousel.Load;

/// <summary>One run: everything that was asked for, measured on this machine, in a folder that is gone afterwards.</summary>
internal sealed class LoadSession(LoadOptions options, IReadOnlyList<Peer> peers, string folder, Action<string> say)
{
    /// <summary>Memory varies little from process to process: more rounds would tell nothing.</summary>
    private const int MaxIdleRounds = 3;

    private readonly Ports _ports = new();
    private readonly Results _results = new();

    /// <summary>Runs all scenarios. A peer that breaks is reported and left out of the rest of its scenario.</summary>
    public async Task<Results> RunAsync(CancellationToken stop)
    {
        using var servers = Servers.Start(Directory.CreateDirectory(Path.Combine(folder, "servers")).FullName, _ports, stop);
        using SessionStore? store = StartStore();
        await RunLoadsAsync(servers, store, stop);
        if (options.Scenarios.Contains(ScenarioCatalog.Idle))
        {
            int rounds = Math.Min(options.Rounds, MaxIdleRounds);
            await RunFreshAsync(ScenarioCatalog.Idle, rounds, servers, async (peer, round) =>
                _results.Idles.Add(await IdleRun.MeasureAsync(peer, options.IdleConnections, round, stop)), stop);
        }

        if (options.Scenarios.Contains(ScenarioCatalog.Start))
        {
            await RunFreshAsync(ScenarioCatalog.Start, options.Starts, servers, async (peer, round) =>
                _results.Starts.Add(await StartRun.MeasureAsync(peer, round, stop)), stop);
        }

        // A Ctrl-C reaches the peers too: what they failed in then is no result.
        stop.ThrowIfCancellationRequested();
        return _results;
    }

    private SessionStore? StartStore() =>
        peers.Any(peer => peer.KeepsSessions) && ScenarioCatalog.Loads.Any(load => load.NeedsSessions && options.Scenarios.Contains(load.Name))
            ? SessionStore.Start(folder, _ports)
            : null;

    private async Task RunLoadsAsync(Servers servers, SessionStore? store, CancellationToken stop)
    {
        var running = new Dictionary<Peer, RunningPeer>();
        int warmUp = options.YarpWarmUpSeconds;
        try
        {
            foreach (var scenario in ScenarioCatalog.Loads.Where(load => options.Scenarios.Contains(load.Name)))
            {
                var taking = peers.Where(scenario.Takes).ToList();
                foreach (var peer in taking.ToList())
                {
                    await GuardAsync(scenario.Name, peer, taking, () =>
                        ReadyAsync(scenario, peer, running, warmUp, servers, store, stop));
                }

                warmUp = (options.YarpWarmUpSeconds + 3) / 4;
                await MeasureAsync(scenario, taking, running, stop);
            }
        }
        finally
        {
            foreach (var peer in running.Values)
            {
                peer.Dispose();
            }
        }
    }

    /// <summary>Starts the peer if it doesn't run (it may have died before), and warms it up if it needs that.</summary>
    private async Task ReadyAsync(
        LoadScenario scenario,
        Peer peer,
        Dictionary<Peer, RunningPeer> running,
        int warmUp,
        Servers servers,
        SessionStore? store,
        CancellationToken stop)
    {
        if (!running.TryGetValue(peer, out var ready) || ready.Process.HasExited)
        {
            ready?.Dispose();
            ready = running[peer] = RunningPeer.Start(peer, folder, _ports.Next(), servers, store, stop);
        }

        if (peer.NeedsWarmUp && warmUp > 0)
        {
            say($"{scenario.Name}: warming up {peer.Name} for {warmUp} s");
            await Wrk.RunAsync(scenario, ready, folder, warmUp, stop);
        }
    }

    private async Task MeasureAsync(
        LoadScenario scenario, List<Peer> taking, Dictionary<Peer, RunningPeer> running, CancellationToken stop)
    {
        for (int round = 0; round < options.Rounds; round++)
        {
            foreach (var peer in Rotated(taking, round))
            {
                await GuardAsync(scenario.Name, peer, taking, async () =>
                {
                    var sample = await LoadRun.MeasureAsync(scenario, running[peer], folder, round, options.Seconds, stop);
                    _results.Loads.Add(sample);
                    string errors = sample.Errors > 0 ? $", {sample.Errors} ERRORS" : "";
                    say($"{scenario.Name} {round + 1}/{options.Rounds} {peer.Name}: {sample.Cpu.Total:F2} us/{scenario.Unit} " +
                        $"({sample.Cpu.User:F2} user), {sample.RequestsPerSecond:F0}/s{errors}");
                });
            }
        }
    }

    /// <summary>Measures each peer in a process of its own each round.</summary>
    private async Task RunFreshAsync(
        string scenario, int rounds, Servers servers, Func<RunningPeer, int, Task> measure, CancellationToken stop)
    {
        say($"{scenario}: {rounds} times");
        var taking = peers.Where(peer => !peer.KeepsSessions && (!peer.IsLimit || scenario == ScenarioCatalog.Start)).ToList();
        for (int round = 0; round < rounds; round++)
        {
            foreach (var peer in Rotated(taking, round))
            {
                await GuardAsync(scenario, peer, taking, async () =>
                {
                    using var fresh = RunningPeer.Start(peer, folder, _ports.Next(), servers, store: null, stop);
                    await measure(fresh, round);
                });
            }
        }
    }

    private async Task GuardAsync(string scenario, Peer peer, List<Peer> taking, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (e is LoadException or IOException or System.Net.Sockets.SocketException)
        {
            say($"{scenario}: {peer.Name} FAILED: {e.Message}");
            _results.Failures.Add(new Failure(scenario, peer.Name, e.Message));
            taking.Remove(peer);
        }
    }

    // A copy: a peer that fails is taken out of the list meanwhile.
    private static List<Peer> Rotated(List<Peer> all, int by) => all.Select((_, i) => all[(i + by) % all.Count]).ToList();
}
