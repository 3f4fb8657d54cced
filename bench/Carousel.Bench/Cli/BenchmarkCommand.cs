using System.CommandLine;
using System.CommandLine.Parsing;
using Carousel.Bench.Machine;

namespace Carousel.Bench.Cli;

/// <summary>The command of one benchmark: the options that all have, and its numbers.</summary>
internal sealed class BenchmarkCommand(Benchmark benchmark)
{
    private readonly Option<string[]> _only = Names("--only", "Scenarios to run", benchmark.Scenarios);
    private readonly Option<string[]> _peers = Names("--peers", "Peers to compare", benchmark.PeerNames);
    private readonly Option<bool> _quick = new("--quick") { Description = $"See that all works: {benchmark.Quick}, no file. Its numbers mean nothing." };
    private readonly Option<bool> _noPublish = new("--no-publish") { Description = "Measure what the last run published." };

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

    private readonly Option<string?> _output = new("--output")
    {
        Description = $"The file of the report [default: bench/results/{benchmark.Name}-DATE-MACHINE.md].",
        HelpName = "FILE",
    };

    public Command Build(string[] args, string root, Func<Benchmark, BenchOptions, Task<int>> run)
    {
        var command = new Command(benchmark.Name, benchmark.Description);
        IEnumerable<Option> options =
        [
            .. benchmark.Numbers.Select(number => number.Option),
            .. benchmark.Scenarios.Count > 0 ? (Option[])[_only] : [],
            _peers, _quick, _carousel,
            .. benchmark.TakesBefore ? (Option[])[_before] : [],
            _noPublish, _output,
        ];
        foreach (Option option in options)
        {
            command.Add(option);
        }

        command.SetAction((parsed, _) => run(benchmark, Read(parsed, args, root)));
        return command;
    }

    private BenchOptions Read(ParseResult parsed, string[] args, string root)
    {
        bool quick = parsed.GetValue(_quick);
        string file = $"{benchmark.Name}-{DateTime.UtcNow:yyyy-MM-dd}-{MachineInfo.Slug}.md";
        var options = new BenchOptions
        {
            Scenarios = benchmark.Scenarios.Count > 0 ? parsed.GetValue(_only) ?? [] : [],
            Peers = parsed.GetValue(_peers) ?? [],
            Carousel = parsed.GetValue(_carousel),
            Before = benchmark.TakesBefore ? parsed.GetValue(_before) : null,
            NoPublish = parsed.GetValue(_noPublish),
            Output = parsed.GetValue(_output) ?? (quick ? null : Path.Combine(root, "bench", "results", file)),
            CommandLine = string.Join(' ', ["bench/run.sh", .. args]),
        };
        return benchmark.Numbers.Aggregate(options, (read, number) => number.Apply(read, parsed, quick));
    }

    /// <summary>Some of these names, all by default; in their order, whatever the order they are given in.</summary>
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
