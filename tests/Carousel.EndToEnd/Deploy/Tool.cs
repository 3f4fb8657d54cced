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

    /// <summary>The whole path of what test.sh took from npm: a path in artifacts.</summary>
    public static string OfNpm(string path)
    {
        string whole = Repository.Path(Path.Combine("artifacts", path));
        return File.Exists(whole) ? whole : throw new FileNotFoundException($"Take the tools from npm first (./test.sh tools does, and needs npm): there is no {whole}");
    }

    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
