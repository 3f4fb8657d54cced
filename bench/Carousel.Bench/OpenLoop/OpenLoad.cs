using System.Globalization;
using Carousel.Bench.Machine;
using Carousel.Bench.Processes;

namespace Carousel.Bench.OpenLoop;

/// <summary>An open-loop load: requests are due at times that no response changes, and the same for every peer.</summary>
/// <param name="Program">The load generator.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="PostShare">How many of them are POSTs, 0 to 1.</param>
internal sealed record OpenLoad(string Program, int Rate, double PostShare)
{
    private const int Seed = 1;

    /// <summary>Runs it against a port, at random times (Poisson).</summary>
    /// <param name="port">Of the peer.</param>
    /// <param name="seconds">How long requests become due.</param>
    /// <param name="posts">A file that takes a line for each POST: its id and what became of it.</param>
    /// <param name="stop">Ends it early, with an exception.</param>
    public async Task<OpenLoadResult> RunAsync(int port, int seconds, string posts, CancellationToken stop)
    {
        string output = await Command.RunAsync(
            "taskset",
            [
                "-c", $"{Cores.Load}", Program, "--port", $"{port}", "--rate", $"{Rate}", "--seconds", $"{seconds}", "--arrivals", "poisson",
                "--post-share", PostShare.ToString(CultureInfo.InvariantCulture), "--seed", $"{Seed}", "--posts", posts,
            ],
            stop);
        return OpenLoadResult.Parse(output);
    }

    /// <summary>As <see cref="RunAsync"/>, and something else meanwhile; if that breaks, the load is ended too.</summary>
    public async Task<(OpenLoadResult Result, T Meanwhile)> DuringAsync<T>(
        int port, int seconds, string posts, Func<Task<T>> meanwhile, CancellationToken stop)
    {
        using var loading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<OpenLoadResult> load = RunAsync(port, seconds, posts, loading.Token);
        try
        {
            T other = await meanwhile();
            return (await load, other);
        }
        finally
        {
            await loading.CancelAsync();
            await Task.WhenAny(load);
        }
    }
}
