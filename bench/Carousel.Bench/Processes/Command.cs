using System.Diagnostics;

namespace Carousel.Bench.Processes;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <summary>Returns what it wrote to its standard output and error.</summary>
    /// <exception cref="BenchException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken stop)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new BenchException($"cannot start {program}");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(stop);
            var error = process.StandardError.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            string text = await output + await error;
            return process.ExitCode == 0
                ? text
                : throw new BenchException(
                    $"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{text}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
