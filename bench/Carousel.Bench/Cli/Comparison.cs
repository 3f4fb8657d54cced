using System.Runtime.InteropServices;
using Carousel.Bench.Machine;
using Carousel.Bench.Peers;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Cli;

/// <summary>What every benchmark has around it: the repository, an end by a signal that stops the children first, a folder for files, and a report.</summary>
internal sealed class Comparison : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _signals;

    public Comparison() =>
        _signals = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, End))];

    /// <summary>The repository, from wherever in it the program was built; else where it was started.</summary>
    public string Root { get; } = FindRoot();

    /// <summary>Progress is written to stderr: stdout has the report.</summary>
    public static void Say(string line) => Console.Error.WriteLine(line);

    /// <summary>Runs a benchmark with a folder that is deleted behind it; gives the exit code. No child outlives this.</summary>
    public async Task<int> RunAsync(Benchmark benchmark, BenchOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("carousel-bench-");
        try
        {
            var run = await PrepareAsync(benchmark, options, folder.FullName);
            string report = (await benchmark.RunAsync(run)).ToString();
            await WriteAsync(report, options.Output);
            return run.Failures.Count == 0 ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            Say("interrupted: nothing is written");
            return 130;
        }
        catch (BenchException e)
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

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _stopping.Dispose();
    }

    /// <summary>Sees that all is there, publishes what is measured, and leaves the peers' core to them.</summary>
    private async Task<BenchRun> PrepareAsync(Benchmark benchmark, BenchOptions options, string folder)
    {
        var peers = benchmark.Choose(options);
        var missing = Requirements.Missing(
            [("taskset", "util-linux"), .. benchmark.Needs, .. peers.SelectMany(peer => peer.Needs)], benchmark.Descriptors);
        if (missing.Count > 0)
        {
            throw new BenchException(string.Join('\n', missing));
        }

        var publisher = new Publisher(Root, options.NoPublish, Say);
        await benchmark.PrepareAsync(publisher, _stopping.Token);
        var versions = new List<(string, string)>();
        foreach (var peer in peers)
        {
            await peer.PrepareAsync(publisher, _stopping.Token);
            versions.Add((peer.VersionOf, await peer.VersionAsync(_stopping.Token)));
        }

        // After publishing, which is welcome to both cores.
        await Command.RunAsync("taskset", ["-a", "-p", "-c", $"{Cores.Load}", $"{Environment.ProcessId}"], _stopping.Token);
        return new BenchRun(options, peers, [.. versions.Distinct()], folder, _stopping.Token);
    }

    /// <summary>Prints a report, and writes it where one is wanted.</summary>
    private static async Task WriteAsync(string report, string? output)
    {
        Console.Write(report);
        if (output is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
            await File.WriteAllTextAsync(output, report);
            Say($"written to {output}");
        }
    }

    private void End(PosixSignalContext signal)
    {
        // Not the runtime's own end: the children have to be stopped first.
        signal.Cancel = true;
        _stopping.Cancel();
    }

    private static string FindRoot()
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
}
