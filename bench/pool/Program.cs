using Carousel.Load;
using Carousel.Load.Cli;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Processes;
using Carousel.Pool;
using Carousel.Pool.Balance;
using Carousel.Pool.Churn;
using Carousel.Pool.Peers;

using var comparison = new Comparison();
return await CommandLine.InvokeAsync(
    args, comparison.Root, options => Comparison.RunAsync(folder => ChurnAsync(options, folder)), options => Comparison.RunAsync(folder => BalanceAsync(options, folder)));

async Task<int> ChurnAsync(PoolOptions options, string folder)
{
    var (peers, programs, versions) = await PrepareAsync(options, PeerCatalog.OfChurn(options.Carousel));
    var run = new ChurnRun(options, programs, folder, new Ports());
    var results = await Rounds.RunAsync(peers, options.Rounds, async (peer, round) =>
    {
        Comparison.Say($"churn {round + 1}/{options.Rounds} {peer.Name}");
        var sample = await run.MeasureAsync(peer, round, comparison.Stop);
        Comparison.Say($"  {sample.Load.Errors("GET")} of {sample.Load.Gets} GETs failed, {sample.Load.Errors("POST")} of {sample.Load.Posts} POSTs, " +
            $"{sample.Posts.Twice} POSTs executed twice; p99 {sample.Load.Latency.P99:F1} ms; the plan was late by {sample.PlanLate:F0} ms at most");
        return sample;
    }, Comparison.Say, comparison.Stop);
    await Comparison.ReportAsync(new ChurnReport(options, results, versions).Write(), options.Output);
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
            var sample = await run.MeasureAsync(scenario, peer, round, comparison.Stop);
            Comparison.Say($"{scenario.Name} {round + 1}/{options.Rounds} {peer.Name}: p50 {sample.Load.Latency.P50:F1} ms, p99 {sample.Load.Latency.P99:F1} ms, " +
                $"{sample.Errors} of {sample.Load.Gets} failed");
            return sample;
        }, Comparison.Say, comparison.Stop);
        all.Samples.AddRange(results.Samples);
        all.Failures.AddRange(results.Failures);
    }

    await Comparison.ReportAsync(new BalanceReport(options, all, versions).Write(), options.Output);
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

    var publisher = new Publisher(comparison.Root, options.NoPublish, Comparison.Say);
    var programs = await Programs.PublishAsync(publisher, comparison.Stop);
    var versions = new List<(string, string)>();
    foreach (var peer in peers)
    {
        await peer.PrepareAsync(publisher, comparison.Stop);
        versions.Add((peer.Product, await peer.VersionAsync(comparison.Stop)));
    }

    // After publishing, which is welcome to both cores.
    await Command.RunAsync("taskset", ["-a", "-p", "-c", $"{Cores.Load}", $"{Environment.ProcessId}"], comparison.Stop);
    return (peers, programs, versions.Distinct().ToList());
}
