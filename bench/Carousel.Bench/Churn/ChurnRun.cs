using System.Diagnostics;
using Carousel.Bench.Machine;
using Carousel.Bench.OpenLoop;
using Carousel.Bench.Peers;
using Carousel.Bench.Servers;

namespace Carousel.Bench.Churn;

/// <summary>One peer's run.</summary>
internal sealed record ChurnSample(Peer Peer, int Round)
{
    public required OpenLoadResult Load { get; init; }

    public required Executions Posts { get; init; }

    /// <summary>A request, in microseconds.</summary>
    public required double Cpu { get; init; }

    /// <summary>The share of the peer's core that something else used or the hypervisor took, 0 to 1.</summary>
    public required double Disturbed { get; init; }

    /// <summary>How far the churn fell behind its plan at most, in milliseconds.</summary>
    public required double PlanLate { get; init; }
}

/// <summary>Measures peers while servers die, stop, and come and go.</summary>
internal sealed class ChurnRun(BenchRun run, Programs programs)
{
    /// <summary>
    /// What a request takes, as in a small web application: a server that is killed has a few of them. No limit on how many at once: here servers
    /// fail, they aren't overloaded.
    /// </summary>
    private static readonly ServerWork Work = new(Slots: 100_000, ServiceMicros: 3_000, IsExponential: true, Speed: 1);

    private const int ResponseTimeout = 2, WarmUpSeconds = 2;
    private readonly OpenLoad _load = new(programs.Client, run.Options.Rate, PostShare: 0.02);
    private readonly List<ChurnEvent> _plan = ChurnPlan.Make(run.Options.Seed, run.Options.Seconds);

    public async Task<ChurnSample> MeasureAsync(Peer peer, int round)
    {
        string own = run.NewFolder($"churn-{peer.Product}-{run.Ports.Next()}");
        using var fleet = await Fleet.StartAsync(programs.Server, own, run.Ports, Enumerable.Repeat(Work, ChurnPlan.Servers), run.Stop);
        using var running = RunningPeer.Start(
            peer, run.SetUp(peer, fleet.Ports) with { Detection = new DetectionSetup(ResponseTimeout) }, run.Stop);
        string warmUpPosts = Path.Combine(own, "warm-up"), posts = Path.Combine(own, "posts");
        await _load.RunAsync(running.Port, peer.NeedsWarmUp ? run.Options.YarpWarmUpSeconds : WarmUpSeconds, warmUpPosts, run.Stop);
        foreach (var server in fleet.Servers)
        {
            // The ids begin anew with each load.
            File.WriteAllText(server.Executed, "");
        }

        var cpu = running.Cpu();
        var core = CoreUse.Read(Cores.Peer);
        var (result, late) = await _load.DuringAsync(
            running.Port, run.Options.Seconds, posts, () => FollowPlanAsync(fleet, running), run.Stop);
        double used = running.Cpu().Since(cpu).Total;
        var coreUsed = CoreUse.Read(Cores.Peer) - core;
        running.MustRun("churn");
        fleet.MustRun();
        return new ChurnSample(peer, round)
        {
            Load = result,
            Posts = Executions.Read(fleet, posts),
            Cpu = used / result.Requests,
            Disturbed = coreUsed.Disturbed(used),
            PlanLate = late,
        };
    }

    private async Task<double> FollowPlanAsync(Fleet fleet, RunningPeer peer)
    {
        var listed = fleet.Ports.ToList();
        double late = 0;
        long start = Stopwatch.GetTimestamp();
        foreach (var next in _plan)
        {
            TimeSpan wait = next.At - Stopwatch.GetElapsedTime(start);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, run.Stop);
            late = Math.Max(late, (Stopwatch.GetElapsedTime(start) - next.At).TotalMilliseconds);
            Apply(next, fleet.Servers[next.Server], listed, peer);
        }

        // Stopped servers are continued, so that the last requests end as they would in a longer run.
        foreach (var server in fleet.Servers)
        {
            server.Continue();
        }

        return late;
    }

    private static void Apply(ChurnEvent what, PoolServer server, List<int> listed, RunningPeer peer)
    {
        switch (what.Kind)
        {
            case ChurnKind.Kill:
                server.Kill();
                break;
            case ChurnKind.Restart:
                server.Start();
                break;
            case ChurnKind.Stop:
                server.Stop();
                break;
            case ChurnKind.Continue:
                server.Continue();
                break;
            case ChurnKind.Delete:
                listed.Remove(server.Port);
                peer.Change(listed);
                break;
            case ChurnKind.Add:
                listed.Add(server.Port);
                peer.Change(listed);
                break;
        }
    }
}
