using System.Runtime.InteropServices;
using Carousel.Load.Processes;

namespace Carousel.Load.Cli;

/// <summary>What every comparison has around it: the repository, an end by a signal that stops the children first, a folder for files, and a report.</summary>
internal sealed class Comparison : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _signals;

    public Comparison() =>
        _signals = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, End))];

    /// <summary>The repository, from wherever in it the program was built; else where it was started.</summary>
    public string Root { get; } = FindRoot();

    /// <summary>Cancelled when the user has had enough.</summary>
    public CancellationToken Stop => _stopping.Token;

    /// <summary>Progress goes to stderr: stdout is the report's.</summary>
    public static void Say(string line) => Console.Error.WriteLine(line);

    /// <summary>Runs it with a folder that is deleted behind it; gives the exit code. No child outlives this.</summary>
    public static async Task<int> RunAsync(Func<string, Task<int>> run)
    {
        var folder = Directory.CreateTempSubdirectory("carousel-bench-");
        try
        {
            return await run(folder.FullName);
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

    /// <summary>Prints a report, and writes it where one is wanted.</summary>
    public static async Task ReportAsync(string report, string? output)
    {
        Console.Write(report);
        if (output is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
            await File.WriteAllTextAsync(output, report);
            Say($"written to {output}");
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
