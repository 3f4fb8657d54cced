using Carousel.Bench.Processes;

namespace Carousel.Bench.Peers;

/// <summary>Publishes the programs of this repository that are measured.</summary>
internal sealed class Publisher(string root, bool skip, Action<string> say)
{
    private readonly HashSet<string> _done = [];

    /// <summary>What publishing ahead of time links with, and its packages.</summary>
    public static (string Program, string Package) Linker => ("clang", "clang zlib1g-dev");

    /// <summary>Publishes a project, once, into <c>artifacts/bench/NAME</c> and returns the path of a file there.</summary>
    /// <param name="project">The project's folder, from the root of the repository.</param>
    /// <param name="name">The folder of the result.</param>
    /// <param name="file">The file in it that is run.</param>
    /// <param name="stop">Ends the publishing.</param>
    /// <exception cref="BenchException">It doesn't build, or publishing is skipped and it was never published.</exception>
    public async Task<string> PublishAsync(string project, string name, string file, CancellationToken stop)
    {
        string folder = Path.Combine(root, "artifacts", "bench", name);
        string result = Path.Combine(folder, file);
        if (!skip && _done.Add(name))
        {
            say($"publishing {project}");
            string[] how = ["-c", "Release", "--use-current-runtime", "-o", folder, "-v", "quiet", "--nologo"];
            await Command.RunAsync("dotnet", ["publish", Path.Combine(root, project), .. how], stop);
        }

        return File.Exists(result) ? result : throw new BenchException($"{result} isn't there: run without --no-publish");
    }

    /// <summary>The balancer, and what a report calls it.</summary>
    /// <param name="given">A binary that is built already; null to publish the repository's.</param>
    /// <param name="stop">Ends the publishing.</param>
    /// <exception cref="BenchException">There is none.</exception>
    public async Task<(string Binary, string Version)> CarouselAsync(string? given, CancellationToken stop)
    {
        if (given is null)
        {
            return (await PublishAsync("src/Carousel", "carousel", "carousel", stop), await CommitAsync(stop));
        }

        string binary = Path.GetFullPath(given);
        return File.Exists(binary) ? (binary, given) : throw new BenchException($"there is no {binary} to measure");
    }

    /// <summary>The commit that is checked out, and whether the tree differs from it.</summary>
    private async Task<string> CommitAsync(CancellationToken stop)
    {
        try
        {
            return (await Command.RunAsync("git", ["-C", root, "describe", "--always", "--dirty"], stop)).Trim();
        }
        catch (Exception e) when (e is BenchException or System.ComponentModel.Win32Exception)
        {
            // A source archive has no commit.
            return "unknown commit";
        }
    }
}
