using Carousel.Bench.OpenLoop;
using Carousel.Bench.Peers;
using Carousel.Bench.Servers;

namespace Carousel.Bench.Balance;

/// <summary>What a server did in a third of the time.</summary>
/// <param name="Requests">That reached it.</param>
/// <param name="Busy">The share of its slots that were in use, 0 to 1.</param>
internal sealed record ServerUse(long Requests, double Busy)
{
    public static ServerUse Between(ServerStats from, ServerStats to, int slots) =>
        new(to.Requests - from.Requests, (double)(to.BusyMicros - from.BusyMicros) / (to.AtMicros - from.AtMicros) / slots);
}

/// <summary>One peer's run.</summary>
internal sealed record BalanceSample(BalanceScenario Scenario, Peer Peer, int Round)
{
    public required OpenLoadResult Load { get; init; }

    /// <summary>For each third of the time, for each server.</summary>
    public required IReadOnlyList<IReadOnlyList<ServerUse>> Thirds { get; init; }

    public long Errors => Load.Errors("GET");

    /// <summary>The share of the requests that reached a server, 0 to 1.</summary>
    public double Share(int server) =>
        (double)Thirds.Sum(third => third[server].Requests) / Math.Max(1, Thirds.Sum(third => third.Sum(use => use.Requests)));

    /// <summary>A server's busy share over all the time, 0 to 1.</summary>
    public double Busy(int server) => Thirds.Average(third => third[server].Busy);
}

/// <summary>Measures peers on servers that aren't alike.</summary>
internal sealed class BalanceRun(BenchRun run, Programs programs)
{
    /// <summary>None: balancing is compared, not giving up.</summary>
    private const int ResponseTimeout = 60;

    private const int WarmUpSeconds = 5;

    public async Task<BalanceSample> MeasureAsync(BalanceScenario scenario, Peer peer, int round)
    {
        string own = run.NewFolder($"balance-{peer.Product}-{run.Ports.Next()}");
        string posts = Path.Combine(own, "posts");
        using var fleet = await Fleet.StartAsync(programs.Server, own, run.Ports, scenario.Works, run.Stop);
        var setup = run.SetUp(peer, fleet.Ports) with
        {
            Detection = new DetectionSetup(ResponseTimeout),
            Weights = scenario.TellsWeights ? fleet.Ports.Zip(scenario.Speeds).ToDictionary() : null,
        };
        using var running = RunningPeer.Start(peer, setup, run.Stop);
        var load = new OpenLoad(programs.Client, scenario.Rate, PostShare: 0);
        await load.RunAsync(running.Port, peer.NeedsWarmUp ? run.Options.YarpWarmUpSeconds : WarmUpSeconds, posts, run.Stop);

        var (result, thirds) = await load.DuringAsync(
            running.Port, run.Options.Seconds, posts, () => WatchAsync(scenario, fleet.Servers), run.Stop);
        running.MustRun(scenario.Name);
        fleet.MustRun();
        return new BalanceSample(scenario, peer, round) { Load = result, Thirds = thirds };
    }

    private async Task<List<IReadOnlyList<ServerUse>>> WatchAsync(BalanceScenario scenario, IReadOnlyList<PoolServer> servers)
    {
        var thirds = new List<IReadOnlyList<ServerUse>>();
        foreach (bool isSecond in (bool[])[false, true, false])
        {
            if (scenario.SlowServer is { } slow)
            {
                await servers[slow].SetSpeedAsync(isSecond ? scenario.SlowSpeed(slow) : scenario.Speeds[slow], run.Stop);
            }

            var from = await Task.WhenAll(servers.Select(server => server.StatsAsync(run.Stop)));
            await Task.Delay(TimeSpan.FromSeconds(run.Options.Seconds / 3.0), run.Stop);
            var to = await Task.WhenAll(servers.Select(server => server.StatsAsync(run.Stop)));
            thirds.Add([.. servers.Select((server, i) => ServerUse.Between(from[i], to[i], server.Work.Slots))]);
        }

        return thirds;
    }
}
