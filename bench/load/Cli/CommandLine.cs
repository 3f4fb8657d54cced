using System.CommandLine;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Scenarios;

namespace Carousel.Load.Cli;

/// <summary>The options of the command, their defaults and their ranges.</summary>
internal sealed class CommandLine
{
    private readonly Option<int> _rounds = Flags.Number(
        "--rounds", "Rounds; each measures every peer once, in an order that turns.", 5, 1, 100);

    private readonly Option<int> _seconds = Flags.Number("--seconds", "Seconds of each measurement, after one of warm-up.", 5, 1, 600);

    private readonly Option<int> _warmUp = Flags.Number(
        "--yarp-warmup", "Seconds of load on YARP before it is measured; a quarter again in each further scenario.", 40, 0, 600);

    private readonly Option<int> _idle = Flags.Number("--idle-connections", "Idle connections to open.", 8000, 10, 8900);
    private readonly Option<int> _starts = Flags.Number("--starts", "Starts of each peer to measure.", 10, 1, 100);
    private readonly Option<string[]> _only = Flags.Names("--only", "Scenarios to run", ScenarioCatalog.Names);
    private readonly Option<string[]> _peers = Flags.Names("--peers", "Peers to compare", PeerCatalog.Names);

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "See that all works: 1 round of 1 s, 500 idle connections, no file. Its numbers mean nothing.",
    };

    private readonly Option<string?> _carousel = new("--carousel")
    {
        Description = "Measure this binary instead of publishing src/Carousel.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _before = new("--before")
    {
        Description = "Measure this binary of Carousel as well, in the same rounds: what a change costs.",
        HelpName = "PATH",
    };

    private readonly Option<bool> _noPublish = new("--no-publish") { Description = "Measure what the last run published." };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "Where the report goes [default: bench/results/load-DATE-MACHINE.md].",
        HelpName = "FILE",
    };

    /// <summary>Parses, and runs the action unless the arguments were wrong or asked for help.</summary>
    public async Task<int> InvokeAsync(string[] args, string root, Func<LoadOptions, Task<int>> run)
    {
        var command = new RootCommand("Compares Carousel with nginx, HAProxy, YARP and a bare epoll loop, side by side.")
        {
            _rounds, _seconds, _only, _peers, _quick, _carousel, _before, _noPublish, _warmUp, _idle, _starts, _output,
        };
        command.SetAction((parsed, _) => run(Read(parsed, args, root)));

        // Its own handling of Ctrl-C would end the process after two seconds, with peers still being stopped.
        return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private LoadOptions Read(ParseResult parsed, string[] args, string root)
    {
        bool quick = parsed.GetValue(_quick);
        string file = $"load-{DateTime.UtcNow:yyyy-MM-dd}-{MachineInfo.Slug}.md";
        return new LoadOptions
        {
            Rounds = parsed.Value(_rounds, quick, 1),
            Seconds = parsed.Value(_seconds, quick, 1),
            YarpWarmUpSeconds = parsed.Value(_warmUp, quick, 2),
            IdleConnections = parsed.Value(_idle, quick, 500),
            Starts = parsed.Value(_starts, quick, 2),
            Scenarios = parsed.GetValue(_only) ?? [],
            Peers = parsed.GetValue(_peers) ?? [],
            Carousel = parsed.GetValue(_carousel),
            Before = parsed.GetValue(_before),
            NoPublish = parsed.GetValue(_noPublish),
            Output = parsed.GetValue(_output) ?? (quick ? null : Path.Combine(root, "bench", "results", file)),
            CommandLine = string.Join(' ', ["dotnet run -c Release --project bench/load --", .. args]).TrimEnd(' ', '-'),
        };
    }
}
