using System.CommandLine;
using System.CommandLine.Parsing;
using Carousel.Load.Machine;
using Carousel.Pool.Peers;

namespace Carousel.Pool;

/// <summary>The two commands, their options, the defaults and the ranges.</summary>
internal static class CommandLine
{
    /// <summary>Parses, and runs the command that was asked for unless the arguments were wrong or asked for help.</summary>
    public static async Task<int> InvokeAsync(
        string[] args, string root, Func<PoolOptions, Task<int>> churn, Func<PoolOptions, Task<int>> balance)
    {
        var command = new RootCommand("Compares Carousel with nginx, HAProxy and YARP while the pool changes, and on unequal servers.")
        {
            new OneCommand("churn", "Servers are killed, stopped, restarted, deleted and added under load: what do clients notice?",
                seconds: 600, rounds: 1, rate: 5_000, quickSeconds: 10).Build(args, root, churn),
            new OneCommand("balance", "Servers of unequal and changing speed: how long do clients wait, with each policy?",
                seconds: 30, rounds: 5, rate: 1_500, quickSeconds: 6).Build(args, root, balance),
        };

        // Its own handling of Ctrl-C would end the process after two seconds, with peers still being stopped.
        return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private sealed class OneCommand(string name, string description, int seconds, int rounds, int rate, int quickSeconds)
    {
        private readonly Option<int> _seconds = Number("--seconds", "Seconds of each measurement.", seconds, 1, 3600);
        private readonly Option<int> _rounds = Number(
            "--rounds", "Rounds; each measures every peer once, in an order that turns.", rounds, 1, 100);

        private readonly Option<int> _rate = Number("--rate", "Requests a second.", rate, 1, 100_000);
        private readonly Option<int> _seed = Number("--seed", "Of what happens at random; the same for every peer.", 1, 0, int.MaxValue);
        private readonly Option<int> _warmUp = Number("--yarp-warmup", "Seconds of load on YARP before it is measured.", 40, 1, 600);
        private readonly Option<string[]> _peers = new("--peers")
        {
            Description = $"What to compare, separated by commas: {string.Join(", ", PeerCatalog.Products)}.",
            HelpName = "NAMES",
            DefaultValueFactory = _ => [.. PeerCatalog.Products],
            CustomParser = ParsePeers,
        };

        private readonly Option<bool> _quick = new("--quick")
        {
            Description = $"See that all works: 1 round of {quickSeconds} s, no file. Its numbers mean nothing.",
        };

        private readonly Option<string?> _carousel = new("--carousel")
        {
            Description = "Measure this binary instead of publishing src/Carousel.",
            HelpName = "PATH",
        };

        private readonly Option<bool> _noPublish = new("--no-publish") { Description = "Measure what the last run published." };

        private readonly Option<string?> _output = new("--output")
        {
            Description = $"Where the report goes [default: bench/results/{name}-DATE-MACHINE.md].",
            HelpName = "FILE",
        };

        public Command Build(string[] args, string root, Func<PoolOptions, Task<int>> run)
        {
            var command = new Command(name, description) { _seconds, _rounds, _rate, _peers, _seed, _quick, _carousel, _noPublish, _warmUp, _output };
            command.SetAction((parsed, _) => run(Read(parsed, args, root)));
            return command;
        }

        private PoolOptions Read(ParseResult parsed, string[] args, string root)
        {
            bool quick = parsed.GetValue(_quick);
            string file = $"{name}-{DateTime.UtcNow:yyyy-MM-dd}-{MachineInfo.Slug}.md";
            return new PoolOptions
            {
                Rounds = Value(_rounds, 1),
                Seconds = Value(_seconds, quickSeconds),
                Rate = parsed.GetValue(_rate),
                Seed = parsed.GetValue(_seed),
                YarpWarmUpSeconds = Value(_warmUp, 2),
                Peers = parsed.GetValue(_peers) ?? [],
                Carousel = parsed.GetValue(_carousel),
                NoPublish = parsed.GetValue(_noPublish),
                Output = parsed.GetValue(_output) ?? (quick ? null : Path.Combine(root, "bench", "results", file)),
                CommandLine = string.Join(' ', ["bench/pool/run.sh", .. args]),
            };

            // What was said wins over what --quick would choose.
            int Value(Option<int> option, int whenQuick) =>
                quick && parsed.GetResult(option) is not { Implicit: false } ? whenQuick : parsed.GetValue(option);
        }
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

    private static string[] ParsePeers(ArgumentResult result)
    {
        string[] asked = result.Tokens
            .SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        foreach (string unknown in asked.Except(PeerCatalog.Products))
        {
            result.AddError($"--peers: \"{unknown}\" is none of {string.Join(", ", PeerCatalog.Products)}");
        }

        return [.. PeerCatalog.Products.Intersect(asked)];
    }
}
