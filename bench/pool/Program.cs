using System.Runtime.InteropServices;
using Carousel.Load;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Processes;
using Carousel.Pool;
using Carousel.Pool.Balance;
using Carousel.Pool.Churn;
using Carousel.Pool.Peers;

string root = FindRoot();
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await CommandLine.InvokeAsync(args, root, options => GuardAsync(options, ChurnAsync), options => GuardAsync(options, BalanceAsync));

void Stop(PosixSignalContext signal)
{
    // Not the runtime's own end: the children have to be stopped first.
    signal.Cancel = true;
    stopping.Cancel();
}

async Task<int> GuardAsync(PoolOptions options, Func<PoolOptions, string, Task<int>> run)
{
    var folder = Directory.CreateTempSubdirectory("carousel-pool-");
    try
    {
        return await run(options, folder.FullName);
    }
    catch (OperationCanceledException)
    {
        Say("interrupted: nothing is written");
        return 130;
    }
    catch (LoadException e)
    {
        Say(e.Message);
        return 1;
    }
    finally
    {
        Child.StopAll();
        folder.Delete(recursive: true);
    }
}

async Task<int> ChurnAsync(PoolOptions options, string folder)
{
    var (peers, programs, versions) = await PrepareAsync(options, PeerCatalog.OfChurn(options.Carousel));
    var run = new ChurnRun(options, programs, folder, new Ports());
    var results = await Rounds.RunAsync(peers, options.Rounds, async (peer, round) =>
    {
        Say($"churn {round + 1}/{options.Rounds} {peer.Name}");
        var sample = await run.MeasureAsync(peer, round, stopping.Token);
        Say($"  {sample.Load.Errors("GET")} of {sample.Load.Gets} GETs failed, {sample.Load.Errors("POST")} of {sample.Load.Posts} POSTs, " +
            $"{sample.Posts.Twice} POSTs executed twice; p99 {sample.Load.Latency.P99:F1} ms; the plan was late by {sample.PlanLate:F0} ms at most");
        return sample;
    }, Say, stopping.Token);
    await PublishAsync(options, new ChurnReport(options, results, versions).Write());
    return results.Failures.Count == 0 ? 0 : 1;
}

async Task<int> BalanceAsync(PoolOptions options, string folder)
{
    var (peers, programs, versions) = await PrepareAsync(options, PeerCatalog.OfBalance(options.Carousel));
    var run = new BalanceRun(options, programs, folder, new Ports());
    var all = new Results<BalanceSample>([], []);
    foreach (var scenario in BalanceScenario.All.Where(scenario => options.Scenarios.Contains(scenario.Name)))
    {
        var results = await Rounds.RunAsync(peers, options.Rounds, async (peer, round) =>
        {
            var sample = await run.MeasureAsync(scenario, peer, round, stopping.Token);
            Say($"{scenario.Name} {round + 1}/{options.Rounds} {peer.Name}: p50 {sample.Load.Latency.P50:F1} ms, p99 {sample.Load.Latency.P99:F1} ms, " +
                $"{sample.Errors} of {sample.Load.Gets} failed");
            return sample;
        }, Say, stopping.Token);
        all.Samples.AddRange(results.Samples);
        all.Failures.AddRange(results.Failures);
    }

    await PublishAsync(options, new BalanceReport(options, all, versions).Write());
    return all.Failures.Count == 0 ? 0 : 1;
}

async Task<(List<Peer> Peers, Programs Programs, List<(string Product, string Version)> Versions)> PrepareAsync(
    PoolOptions options, IReadOnlyList<Peer> all)
{
    var peers = all.Where(peer => options.Peers.Contains(peer.Product)).ToList();
    var missing = Requirements.Missing(
        [("taskset", "util-linux"), Publisher.Linker, .. peers.SelectMany(peer => peer.Needs)], descriptors: 20_000);
    if (missing.Count > 0)
    {
        throw new LoadException(string.Join('\n', missing));
    }

    var publisher = new Publisher(root, options.NoPublish, Say);
    var programs = await Programs.PublishAsync(publisher, stopping.Token);
    var versions = new List<(string, string)>();
    foreach (var peer in peers)
    {
        await peer.PrepareAsync(publisher, stopping.Token);
        versions.Add((peer.Product, await peer.VersionAsync(stopping.Token)));
    }

    // After publishing, which is welcome to both cores.
    await Command.RunAsync("taskset", ["-a", "-p", "-c", $"{Cores.Load}", $"{Environment.ProcessId}"], stopping.Token);
    return (peers, programs, versions.Distinct().ToList());
}

async Task PublishAsync(PoolOptions options, string report)
{
    Console.Write(report);
    if (options.Output is { } file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllTextAsync(file, report);
        Say($"written to {file}");
    }
}

// Progress goes to stderr: stdout is the report's.
static void Say(string line) => Console.Error.WriteLine(line);

static string FindRoot()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "Carousel.slnx")))
        {
            return folder.FullName;
        }
    }

    return Directory.GetCurrentDirectory();
}
