using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.CommandLine;

/// <summary>One run of the binary to its end: exit code and all it wrote.</summary>
internal sealed record Run(int Code, string Output, string Errors)
{
    /// <summary>Runs the binary in this directory until it ends.</summary>
    public static async Task<Run> ToEndAsync(string directory, params string[] arguments)
    {
        await using var process = ChildProcess.Start(directory, Binary.Path, arguments);
        int code = await process.ExitAsync();
        return new Run(code, process.Output, process.Errors);
    }

    /// <summary>Runs it in a directory with this servers.txt.</summary>
    public static async Task<Run> WithServersAsync(string servers, params string[] arguments)
    {
        using var file = new ServersFile(servers);
        return await ToEndAsync(file.Directory, arguments);
    }
}
