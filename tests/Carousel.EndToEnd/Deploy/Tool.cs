using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy;

/// <summary>Programs of the system, run to their end.</summary>
internal static class Tool
{
    /// <summary>True if what needs root's rights can be tried. The tests say what they leave out where it can't.</summary>
    public static bool IsRoot { get; } = Environment.UserName == "root";

    /// <summary>What it wrote to standard output; any exit code but 0 fails the test, with all that it said.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(Repository.Path(""), program, arguments);
        int code = await process.ExitAsync();
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{process.Output}{process.Errors}");
        return process.Output;
    }

    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
