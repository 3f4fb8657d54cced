using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy;

/// <summary>Runs system programs until they exit.</summary>
internal static class Tool
{
    /// <summary>True if run as root. Tests report what they skip otherwise.</summary>
    public static bool IsRoot { get; } = Environment.UserName == "root";

    /// <summary>Returns standard output. A nonzero exit code fails the test with all output.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(Repository.Path(""), program, arguments);
        int code = await process.ExitAsync();
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{process.Output}{process.Errors}");
        return process.Output;
    }

    /// <summary>The full path of a tool that test.sh installed from npm, in artifacts.</summary>
    public static string OfNpm(string path)
    {
        string whole = Repository.Path(Path.Combine("artifacts", path));
        return File.Exists(whole) ? whole : throw new FileNotFoundException($"Install the tools from npm first (./test.sh tools does, and needs npm): there is no {whole}");
    }

    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
