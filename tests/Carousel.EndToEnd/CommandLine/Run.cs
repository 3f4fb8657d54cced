using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.CommandLine;

/// <summary>One run of the binary until it exits: exit code and output.</summary>
internal sealed partial record Run(int Code, string Output, string Errors)
{
    /// <summary>Runs the binary in this directory until it exits.</summary>
    public static async Task<Run> ToEndAsync(string directory, params string[] arguments)
    {
        await using var process = ChildProcess.Start(directory, Binary.Path, arguments);
        int code = await process.ExitAsync();
        return new Run(code, process.Output, process.Errors);
    }

    /// <summary>Runs the binary in a directory with this servers.txt.</summary>
    public static async Task<Run> WithServersAsync(string servers, params string[] arguments)
    {
        using var file = new ServersFile(servers);
        return await ToEndAsync(file.Directory, arguments);
    }

    /// <summary>Runs a command against the admin API of this balancer.</summary>
    public static async Task<Run> OfBalancerAsync(Balancer balancer, params string[] arguments)
    {
        return await ToEndAsync(balancer.File.Directory, [.. arguments, "--admin", await AdminSideAsync(balancer)]);
    }

    /// <summary>The address of the admin API, from the balancer's output.</summary>
    public static async Task<string> AdminSideAsync(Balancer balancer)
    {
        await Deadlines.UntilAsync(() => AdminSide().IsMatch(balancer.Output), "the admin side");
        return AdminSide().Match(balancer.Output).Groups["address"].Value;
    }

    [GeneratedRegex(@"dashboard: http://(?<address>\S+)/")]
    private static partial Regex AdminSide();
}
