using System.CommandLine;

namespace Carousel.Bench.Cli;

/// <summary>The program's command line: a command for each benchmark.</summary>
internal static class CommandLine
{
    /// <summary>Parses, and runs the benchmark that was asked for unless the arguments were wrong or asked for help. Gives the exit code.</summary>
    /// <param name="all">The benchmarks, in the order of <c>--help</c>.</param>
    /// <param name="args">What was typed.</param>
    /// <param name="root">The repository.</param>
    /// <param name="run">Runs it; gives the exit code.</param>
    public static async Task<int> InvokeAsync(IEnumerable<Benchmark> all, string[] args, string root, Func<Benchmark, BenchOptions, Task<int>> run)
    {
        var command = new RootCommand("Compares Carousel with nginx, HAProxy and YARP on this machine, side by side.");
        foreach (var benchmark in all)
        {
            command.Add(new BenchmarkCommand(benchmark).Build(args, root, run));
        }

        // Its own handling of Ctrl-C would end the process after two seconds, with peers still being stopped.
        return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
