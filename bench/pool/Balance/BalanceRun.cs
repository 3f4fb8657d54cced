using Carousel.Load.Processes;
using Carousel.Pool.Loading;
using Carousel.Pool.Peers;
using Carousel.Pool.Servers;

namespace Carousel.Pool.Balance;

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
    public required LoadResult Load { get; init; }

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
internal sealed class BalanceRun(PoolOptions options, Programs programs, string folder, Ports ports)
{
    /// <summary>None: balancing is compared, not giving up.</summary>
    private const int AnswerTimeout = 60;

    private const int WarmUpSeconds = 5;

    public async Task<BalanceSample> MeasureAsync(BalanceScenario scenario, Peer peer, int round, CancellationToken stop)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, $"{peer.Product}-{ports.Next()}"));
        string posts = Path.Combine(own.FullName, "posts");
        using var fleet = await Fleet.StartAsync(programs.Server, own.FullName, ports, scenario.Works, stop);
        var place = new Place(own.FullName, ports.Next(), fleet.Ports, AnswerTimeout)
        {
            Weights = scenario.TellsWeights ? fleet.Ports.Zip(scenario.Speeds).ToDictionary() : null,
        };
        using var running = RunningPeer.Start(peer, place, stop);
        var load = new OpenLoad(programs.Client, scenario.Rate, PostShare: 0);
        await load.RunAsync(running.Port, peer.NeedsWarmUp ? options.YarpWarmUpSeconds : WarmUpSeconds, posts, stop);

        var (result, thirds) = await load.DuringAsync(
            running.Port, options.Seconds, posts, () => WatchAsync(scenario, fleet.Servers, stop), stop);
        running.MustRun();
        fleet.MustRun();
        return new BalanceSample(scenario, peer, round) { Load = result, Thirds = thirds };
    }

    private async Task<List<IReadOnlyList<ServerUse>>> WatchAsync(
        BalanceScenario scenario, IReadOnlyList<PoolServer> servers, CancellationToken stop)
    {
        var thirds = new List<IReadOnlyList<ServerUse>>();
        foreach (bool isSecond in (bool[])[false, true, false])
        {
            if (scenario.SlowServer is { } slow)
            {
                await servers[slow].SetSpeedAsync(isSecond ? scenario.SlowSpeed(slow) : scenario.Speeds[slow], stop);
            }

            var from = await Task.WhenAll(servers.Select(server => server.StatsAsync(stop)));
            await Task.Delay(TimeSpan.FromSeconds(options.Seconds / 3.0), stop);
            var to = await Task.WhenAll(servers.Select(server => server.StatsAsync(stop)));
            thirds.Add([.. servers.Select((server, i) => ServerUse.Between(from[i], to[i], server.Work.Slots))]);
        }

        return thirds;
    }
}
