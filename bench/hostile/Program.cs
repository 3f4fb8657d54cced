using Carousel.Hostile;
using Carousel.Hostile.Peers;
using Carousel.Hostile.Trials;
using Carousel.Load;
using Carousel.Load.Cli;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Processes;

using var comparison = new Comparison();
return await CommandLine.InvokeAsync(args, comparison.Root, options => Comparison.RunAsync(folder => TryAsync(options, folder)));

async Task<int> TryAsync(HostileOptions options, string folder)
{
    var peers = PeerCatalog.All(options.Carousel).Where(peer => options.Peers.Contains(peer.Name)).ToList();
    (string, string)[] always = [("taskset", "util-linux"), ("setpriv", "util-linux"), ("prlimit", "util-linux"), ("nginx", "nginx")];
    var missing = Requirements.Missing([.. always, .. peers.SelectMany(peer => peer.Needs)], descriptors: 4_000);
    if (missing.Count > 0)
    {
        missing.ForEach(Comparison.Say);
        return 1;
    }

    var publisher = new Publisher(comparison.Root, options.NoPublish, Comparison.Say);
    var versions = new List<string>();
    foreach (var peer in peers)
    {
        versions.Add($"{peer.Name}: {await peer.PrepareAsync(publisher, folder, comparison.Stop)}");
    }

    // After publishing, which is welcome to both cores.
    await Command.RunAsync("taskset", ["-a", "-p", "-c", $"{Cores.Load}", $"{Environment.ProcessId}"], comparison.Stop);
    OrdinaryUser.Open(folder);
    var ports = new Ports();
    var servers = Path.Combine(folder, "servers");
    Directory.CreateDirectory(servers);
    using var behind = Servers.Start(servers, ports, comparison.Stop);
    Place.MakeBigFile(servers);
    var report = new HostileReport(options, versions);
    foreach (var trial in TrialCatalog.All.Where(trial => options.Trials.Contains(trial.Name)))
    {
        report.Begin(trial);
        foreach (var peer in peers)
        {
            await AddAsync(report, trial, peer, new Place(folder, ports, behind.Ports, options.Seconds));
        }
    }

    await Comparison.ReportAsync(report.Write(), options.Output);
    return report.HasFailures ? 1 : 0;
}

async Task AddAsync(HostileReport report, Trial trial, Peer peer, Place place)
{
    Comparison.Say($"{trial.Name}: {peer.Name}");
    try
    {
        report.Add(peer.Name, await trial.MeasureAsync(peer, place, comparison.Stop));
    }
    catch (Exception e) when (e is LoadException or IOException or System.Net.Sockets.SocketException)
    {
        Comparison.Say($"{trial.Name}: {peer.Name} FAILED: {e.Message}");
        report.AddFailure(trial.Name, peer.Name, e.Message);
    }
}
