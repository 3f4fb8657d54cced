using Carousel.Bench.Machine;
using Carousel.Bench.Peers;

namespace Carousel.Bench.Load;

/// <summary>Measures one peer once under one load.</summary>
internal static class LoadRun
{
    /// <summary>Unmeasured before each measurement: connections to the servers are opened, caches filled.</summary>
    private const int WarmUpSeconds = 1;

    public static async Task<LoadSample> MeasureAsync(
        LoadScenario scenario, RunningPeer peer, string folder, int round, int seconds, CancellationToken stop)
    {
        await Wrk.RunAsync(scenario, peer, folder, WarmUpSeconds, stop);
        var core = CoreUse.Read(Cores.Peer);
        var cpu = peer.Cpu();
        var workerCpu = peer.WorkerCpu();
        var result = await Wrk.RunAsync(scenario, peer, folder, seconds, stop);
        var used = peer.Cpu().Since(cpu);
        var usedByWorker = peer.WorkerCpu().Since(workerCpu);
        var coreUsed = CoreUse.Read(Cores.Peer) - core;
        peer.MustRun(scenario.Name);

        double requests = Math.Max(1, result.Requests);
        return new LoadSample(scenario.Name, peer.Name, round)
        {
            RequestsPerSecond = result.Requests / result.DurationMicros * 1e6,
            Cpu = used / requests,
            Worker = usedByWorker / requests,
            P50Micros = result.P50,
            P99Micros = result.P99,
            Errors = result.Errors + (result.Requests == 0 ? 1 : 0),
            RssMegabytes = peer.Memory().Rss / 1024,
            Busy = used.Total / coreUsed.WallMicros,
            Disturbed = coreUsed.Disturbed(used.Total),
        };
    }
}
