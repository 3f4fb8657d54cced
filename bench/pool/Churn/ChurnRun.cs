using System.Diagnostics;
using Carousel.Load.Machine;
using Carousel.Load.Processes;
using Carousel.Pool.Loading;
using Carousel.Pool.Peers;
using Carousel.Pool.Servers;

namespace Carousel.Pool.Churn;

/// <summary>One peer's run.</summary>
internal sealed record ChurnSample(Peer Peer, int Round)
{
    public required LoadResult Load { get; init; }

    public required Executions Posts { get; init; }

    /// <summary>A request, in microseconds.</summary>
    public required double Cpu { get; init; }

    /// <summary>The share of the peer's core that something else used or the hypervisor took, 0 to 1.</summary>
    public required double Disturbed { get; init; }

    /// <summary>How far the churn fell behind its plan at most, in milliseconds.</summary>
    public required double PlanLate { get; init; }
}

/// <summary>Measures peers while servers die, stop, and come and go.</summary>
internal sealed class ChurnRun(PoolOptions options, Programs programs, string folder, Ports ports)
{
    /// <summary>
    /// What a request takes, as in a small web application: a server that is killed has a few of them. No limit on how many at once: here servers
    /// fail, they aren't overloaded.
    /// </summary>
    private static readonly ServerWork Work = new(Slots: 100_000, ServiceMicros: 3_000, IsExponential: true, Speed: 1);

    private const int AnswerTimeout = 2, WarmUpSeconds = 2;
    private readonly OpenLoad _load = new(programs.Client, options.Rate, PostShare: 0.02);
    private readonly List<ChurnEvent> _plan = ChurnPlan.Make(options.Seed, options.Seconds);

    public async Task<ChurnSample> MeasureAsync(Peer peer, int round, CancellationToken stop)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, $"{peer.Product}-{ports.Next()}"));
        using var fleet = await Fleet.StartAsync(programs.Server, own.FullName, ports, Enumerable.Repeat(Work, ChurnPlan.Servers), stop);
        using var running = RunningPeer.Start(peer, new Place(own.FullName, ports.Next(), fleet.Ports, AnswerTimeout), stop);
        string warmUpPosts = Path.Combine(own.FullName, "warm-up"), posts = Path.Combine(own.FullName, "posts");
        await _load.RunAsync(running.Port, peer.NeedsWarmUp ? options.YarpWarmUpSeconds : WarmUpSeconds, warmUpPosts, stop);
        foreach (var server in fleet.Servers)
        {
            // The ids begin anew with each load.
            File.WriteAllText(server.Executed, "");
        }

        double cpu = running.CpuMicros();
        var core = CoreUse.Read(Cores.Peer);
        var (result, late) = await _load.DuringAsync(
            running.Port, options.Seconds, posts, () => FollowPlanAsync(fleet, running, stop), stop);
        cpu = running.CpuMicros() - cpu;
        var used = CoreUse.Read(Cores.Peer) - core;
        running.MustRun();
        fleet.MustRun();
        return new ChurnSample(peer, round)
        {
            Load = result,
            Posts = Executions.Read(fleet, posts),
            Cpu = cpu / result.Requests,
            Disturbed = Math.Max(0, used.BusyMicros + used.StolenMicros - cpu) / used.WallMicros,
            PlanLate = late,
        };
    }

    private async Task<double> FollowPlanAsync(Fleet fleet, RunningPeer peer, CancellationToken stop)
    {
        var listed = fleet.Ports.ToList();
        double late = 0;
        long start = Stopwatch.GetTimestamp();
        foreach (var next in _plan)
        {
            TimeSpan wait = next.At - Stopwatch.GetElapsedTime(start);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, stop);
            late = Math.Max(late, (Stopwatch.GetElapsedTime(start) - next.At).TotalMilliseconds);
            Apply(next, fleet.Servers[next.Server], listed, peer);
        }

        // What is stopped goes on, so that the last requests end as they would in a longer run.
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
