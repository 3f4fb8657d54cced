using System.Runtime.InteropServices;
using Carousel.Load;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Processes;
using Carousel.Load.Report;

string root = FindRoot();
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await new CommandLine().InvokeAsync(args, root, RunAsync);

void Stop(PosixSignalContext signal)
{
    // Not the runtime's own end: the children have to be stopped first.
    signal.Cancel = true;
    stopping.Cancel();
}

async Task<int> RunAsync(LoadOptions options)
{
    var folder = Directory.CreateTempSubdirectory("carousel-load-");
    try
    {
        return await CompareAsync(options, folder.FullName);
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

async Task<int> CompareAsync(LoadOptions options, string folder)
{
    var peers = PeerCatalog.All(options.Carousel).Where(peer => options.Peers.Contains(peer.Name)).ToList();
    (string, string)[] always = [("taskset", "util-linux"), ("wrk", "wrk"), ("nginx", "nginx")];
    var missing = Requirements.Missing(
        [.. always, .. peers.SelectMany(peer => peer.Needs)], descriptors: 2 * Peer.MaxConnections + 1000);
    if (missing.Count > 0)
    {
        missing.ForEach(Say);
        return 1;
    }

    var publisher = new Publisher(root, options.NoPublish, Say);
    var versions = new List<(string, string)>();
    foreach (var peer in peers)
    {
        await peer.PrepareAsync(publisher, stopping.Token);
        versions.Add((peer.Name, await peer.VersionAsync(stopping.Token)));
    }

    // After publishing, which is welcome to both cores.
    await Command.RunAsync("taskset", ["-a", "-p", "-c", $"{Cores.Load}", $"{Environment.ProcessId}"], stopping.Token);
    var results = await new LoadSession(options, peers, folder, Say).RunAsync(stopping.Token);
    string report = new ReportWriter(options, results, versions).Write();
    Console.Write(report);
    if (options.Output is { } file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllTextAsync(file, report);
        Say($"written to {file}");
    }

    return results.Failures.Count == 0 ? 0 : 1;
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
