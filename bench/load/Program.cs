using Carousel.Load;
using Carousel.Load.Cli;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Processes;
using Carousel.Load.Report;

using var comparison = new Comparison();
return await new CommandLine().InvokeAsync(args, comparison.Root, options => Comparison.RunAsync(folder => CompareAsync(options, folder)));

async Task<int> CompareAsync(LoadOptions options, string folder)
{
    var peers = PeerCatalog.Chosen(options);
    (string, string)[] always = [("taskset", "util-linux"), ("wrk", "wrk"), ("nginx", "nginx")];
    var missing = Requirements.Missing(
        [.. always, .. peers.SelectMany(peer => peer.Needs)], descriptors: 2 * Peer.MaxConnections + 1000);
    if (missing.Count > 0)
    {
        missing.ForEach(Comparison.Say);
        return 1;
    }

    var publisher = new Publisher(comparison.Root, options.NoPublish, Comparison.Say);
    var versions = new List<(string, string)>();
    foreach (var peer in peers)
    {
        await peer.PrepareAsync(publisher, comparison.Stop);
        versions.Add((peer.Name, await peer.VersionAsync(comparison.Stop)));
    }

    // After publishing, which is welcome to both cores.
    await Command.RunAsync("taskset", ["-a", "-p", "-c", $"{Cores.Load}", $"{Environment.ProcessId}"], comparison.Stop);
    var results = await new LoadSession(options, peers, folder, Comparison.Say).RunAsync(comparison.Stop);
    await Comparison.ReportAsync(new ReportWriter(options, results, versions).Write(), options.Output);
    return results.Failures.Count == 0 ? 0 : 1;
}
