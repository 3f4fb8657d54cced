using System.CommandLine;
using Carousel.Load.Cli;
using Carousel.Load.Machine;
using Carousel.Pool.Balance;
using Carousel.Pool.Peers;

namespace Carousel.Pool;

/// <summary>The two commands, their options, the defaults and the ranges.</summary>
internal static class CommandLine
{
    /// <summary>Parses, and runs the command that was asked for unless the arguments were wrong or asked for help.</summary>
    public static async Task<int> InvokeAsync(
        string[] args, string root, Func<PoolOptions, Task<int>> churn, Func<PoolOptions, Task<int>> balance)
    {
        var rate = Flags.Number("--rate", "Requests a second.", 5_000, 1, 100_000);
        var seed = Flags.Number("--seed", "Of what happens to whom and when; the same for every peer.", 1, 0, int.MaxValue);
        var only = Flags.Names("--only", "Scenarios to run", BalanceScenario.Names);
        var command = new RootCommand("Compares Carousel with nginx, HAProxy and YARP while the pool changes, and on servers that aren't alike.")
        {
            new OneCommand("churn", seconds: 600, rounds: 1, yarpWarmUp: 40, quickSeconds: 10).Build(
                "Servers are killed, stopped, restarted, deleted and added under load: what do clients notice?", [rate, seed], churn,
                (options, parsed) => options with { Rate = parsed.GetValue(rate), Seed = parsed.GetValue(seed) }, args, root),
            new OneCommand("balance", seconds: 30, rounds: 3, yarpWarmUp: 10, quickSeconds: 6).Build(
                "Servers of unequal and of changing speed: how long do clients wait, with each policy?", [only], balance,
                (options, parsed) => options with { Scenarios = parsed.GetValue(only) ?? [] }, args, root),
        };

        // Its own handling of Ctrl-C would end the process after two seconds, with peers still being stopped.
        return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    /// <summary>What both commands can be told, with the defaults of one of them.</summary>
    private sealed class OneCommand(string name, int seconds, int rounds, int yarpWarmUp, int quickSeconds)
    {
        private readonly Option<int> _seconds = Flags.Number("--seconds", "Seconds of each measurement.", seconds, 3, 3600);
        private readonly Option<int> _rounds = Flags.Number(
            "--rounds", "Rounds; each measures every peer once, in an order that turns.", rounds, 1, 100);

        private readonly Option<int> _warmUp = Flags.Number("--yarp-warmup", "Seconds of load on YARP before it is measured.", yarpWarmUp, 1, 600);
        private readonly Option<string[]> _peers = Flags.Names("--peers", "What to compare", PeerCatalog.Products);

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

        /// <summary>The command with these options and its own.</summary>
        public Command Build(
            string description, IEnumerable<Option> own, Func<PoolOptions, Task<int>> run, Func<PoolOptions, ParseResult, PoolOptions> read,
            string[] args, string root)
        {
            var command = new Command(name, description);
            foreach (Option option in (Option[])[_seconds, _rounds, .. own, _peers, _quick, _carousel, _noPublish, _warmUp, _output])
            {
                command.Add(option);
            }

            command.SetAction((parsed, _) => run(read(Read(parsed, args, root), parsed)));
            return command;
        }

        private PoolOptions Read(ParseResult parsed, string[] args, string root)
        {
            bool quick = parsed.GetValue(_quick);
            string file = $"{name}-{DateTime.UtcNow:yyyy-MM-dd}-{MachineInfo.Slug}.md";
            return new PoolOptions
            {
                Rounds = parsed.Value(_rounds, quick, 1),
                Seconds = parsed.Value(_seconds, quick, quickSeconds),
                YarpWarmUpSeconds = parsed.Value(_warmUp, quick, 2),
                Peers = parsed.GetValue(_peers) ?? [],
                Carousel = parsed.GetValue(_carousel),
                NoPublish = parsed.GetValue(_noPublish),
                Output = parsed.GetValue(_output) ?? (quick ? null : Path.Combine(root, "bench", "results", file)),
                CommandLine = string.Join(' ', ["bench/pool/run.sh", .. args]),
            };
        }
    }
}
