using Carousel.Load.Machine;
using Carousel.Load.Peers;

namespace Carousel.Load.Scenarios;

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
        var clock = CpuClock.Read(peer.Process.Id);
        var workerClock = ReadWorker(peer);
        var result = await Wrk.RunAsync(scenario, peer, folder, seconds, stop);
        var used = CpuClock.Between(clock, CpuClock.Read(peer.Process.Id));
        var usedByWorker = CpuClock.Between(workerClock, ReadWorker(peer));
        var coreUsed = CoreUse.Read(Cores.Peer) - core;
        if (peer.Process.HasExited)
        {
            throw new LoadException($"{peer.Name} ended during {scenario.Name}:\n{peer.Process.LastLines}");
        }

        double requests = Math.Max(1, result.Requests);
        return new LoadSample(scenario.Name, peer.Name, round)
        {
            RequestsPerSecond = result.Requests / result.DurationMicros * 1e6,
            Cpu = new CpuTime(used.Total / requests, used.User / requests),
            Worker = new CpuTime(usedByWorker.Total / requests, usedByWorker.User / requests),
            P50Micros = result.P50,
            P99Micros = result.P99,
            Errors = result.Errors + (result.Requests == 0 ? 1 : 0),
            RssMegabytes = MemoryUse.Read(peer.Process.Id).Rss / 1024,
            Busy = used.Total / coreUsed.WallMicros,
            Disturbed = Math.Max(0, coreUsed.BusyMicros + coreUsed.StolenMicros - used.Total) / coreUsed.WallMicros,
        };
    }

    private static (double, long, long) ReadWorker(RunningPeer peer) => peer.Peer.WorkerThread is { } name
        ? ThreadClock.Read(peer.Process.Id, name)
        : CpuClock.Read(peer.Process.Id);
}
