using System.CommandLine;
using System.CommandLine.Parsing;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Scenarios;

namespace Carousel.Load;

/// <summary>The options of the command, their defaults and their ranges.</summary>
internal sealed class CommandLine
{
    private readonly Option<int> _rounds = Number(
        "--rounds", "Rounds; each measures every peer once, in an order that turns.", 5, 1, 100);

    private readonly Option<int> _seconds = Number("--seconds", "Seconds of each measurement, after one of warm-up.", 5, 1, 600);

    private readonly Option<int> _warmUp = Number(
        "--yarp-warmup", "Seconds of load on YARP before it is measured; a quarter again in each further scenario.", 40, 0, 600);

    private readonly Option<int> _idle = Number("--idle-connections", "Idle connections to open.", 8000, 10, 8900);
    private readonly Option<int> _starts = Number("--starts", "Starts of each peer to measure.", 10, 1, 100);
    private readonly Option<string[]> _only = Names("--only", "Scenarios to run", ScenarioCatalog.Names);
    private readonly Option<string[]> _peers = Names("--peers", "Peers to compare", PeerCatalog.Names);

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "See that all works: 1 round of 1 s, 500 idle connections, no file. Its numbers mean nothing.",
    };

    private readonly Option<string?> _carousel = new("--carousel")
    {
        Description = "Measure this binary instead of publishing src/Carousel.",
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
            _rounds, _seconds, _only, _peers, _quick, _carousel, _noPublish, _warmUp, _idle, _starts, _output,
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
            Rounds = Value(_rounds, 1),
            Seconds = Value(_seconds, 1),
            YarpWarmUpSeconds = Value(_warmUp, 2),
            IdleConnections = Value(_idle, 500),
            Starts = Value(_starts, 2),
            Scenarios = parsed.GetValue(_only) ?? [],
            Peers = parsed.GetValue(_peers) ?? [],
            Carousel = parsed.GetValue(_carousel),
            NoPublish = parsed.GetValue(_noPublish),
            Output = parsed.GetValue(_output) ?? (quick ? null : Path.Combine(root, "bench", "results", file)),
            CommandLine = string.Join(' ', ["dotnet run -c Release --project bench/load --", .. args]).TrimEnd(' ', '-'),
        };

        // What was said wins over what --quick would choose.
        int Value(Option<int> option, int whenQuick) =>
            quick && parsed.GetResult(option) is not { Implicit: false } ? whenQuick : parsed.GetValue(option);
    }

    private static Option<int> Number(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" };
        option.Validators.Add(result =>
        {
            string text = result.Tokens.FirstOrDefault()?.Value ?? $"{standard}";
            if (!int.TryParse(text, out int value) || value < least || value > most)
            {
                result.AddError($"{name}: expected a number from {least} to {most}");
            }
        });
        return option;
    }

    private static Option<string[]> Names(string name, string description, IReadOnlyList<string> known) => new(name)
    {
        Description = $"{description}, separated by commas: {string.Join(", ", known)}.",
        HelpName = "NAMES",
        DefaultValueFactory = _ => [.. known],
        CustomParser = result => ParseNames(result, name, known),
    };

    private static string[] ParseNames(ArgumentResult result, string name, IReadOnlyList<string> known)
    {
        string[] asked = result.Tokens
            .SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        foreach (string unknown in asked.Except(known))
        {
            result.AddError($"{name}: \"{unknown}\" is none of {string.Join(", ", known)}");
        }

        return [.. known.Intersect(asked)];
    }
}
