using System.CommandLine;
using Carousel.Hostile.Peers;
using Carousel.Hostile.Trials;
using Carousel.Load.Cli;
using Carousel.Load.Machine;

namespace Carousel.Hostile;

/// <summary>The options of the command, their defaults and their ranges.</summary>
internal static class CommandLine
{
    private const int QuickSeconds = 2;

    /// <summary>Parses, and runs it unless the arguments were wrong or asked for help.</summary>
    public static async Task<int> InvokeAsync(string[] args, string root, Func<HostileOptions, Task<int>> run)
    {
        var seconds = Flags.Number("--seconds", "Seconds of each measurement.", 10, 1, 25);
        var only = Flags.Names("--only", "Trials to run", TrialCatalog.Names);
        var peers = Flags.Names("--peers", "Peers to compare", PeerCatalog.Names);
        var quick = new Option<bool>("--quick") { Description = $"See that all works: {QuickSeconds} s each, no file. Its numbers mean nothing." };
        var carousel = new Option<string?>("--carousel") { Description = "Try this binary instead of publishing src/Carousel.", HelpName = "PATH" };
        var noPublish = new Option<bool>("--no-publish") { Description = "Try what the last run published." };
        var output = new Option<string?>("--output")
        {
            Description = "Where the report goes [default: bench/results/hostile-DATE-MACHINE.md].",
            HelpName = "FILE",
        };
        var command = new RootCommand("Carousel, nginx and HAProxy under hostile clients, as an ordinary user.")
        {
            seconds, only, peers, quick, carousel, noPublish, output,
        };
        command.SetAction((parsed, _) =>
        {
            bool isQuick = parsed.GetValue(quick);
            string file = $"hostile-{DateTime.UtcNow:yyyy-MM-dd}-{MachineInfo.Slug}.md";
            return run(new HostileOptions
            {
                Seconds = parsed.Value(seconds, isQuick, QuickSeconds),
                Trials = parsed.GetValue(only) ?? [],
                Peers = parsed.GetValue(peers) ?? [],
                Carousel = parsed.GetValue(carousel),
                NoPublish = parsed.GetValue(noPublish),
                Output = parsed.GetValue(output) ?? (isQuick ? null : Path.Combine(root, "bench", "results", file)),
                CommandLine = string.Join(' ', ["bench/hostile/run.sh", .. args]),
            });
        });

        // Its own handling of Ctrl-C would end the process after two seconds, with peers still being stopped.
        return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
