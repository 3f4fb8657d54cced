using Carousel.Load.Machine;

namespace Carousel.Pool;

/// <summary>What both reports begin with.</summary>
internal static class ReportHead
{
    public static string Write(
        string title, PoolOptions options, IReadOnlyList<string> facts, IReadOnlyList<(string Product, string Version)> versions,
        IReadOnlyList<Failure> failures)
    {
        string[] machine =
        [
            $"{MachineInfo.Cpu}, {MachineInfo.CoreCount} cores, {MachineInfo.MemoryGigabytes:F0} GB",
            $"{MachineInfo.Distribution}, Linux {MachineInfo.Kernel}",
            $"peers on core {Cores.Peer}, one worker each; the load, the servers and this program on core {Cores.Load}",
        ];
        var lines = machine.Concat(facts).Concat(versions.Select(one => $"{one.Product}: {one.Version}"));
        string broken = string.Concat(failures.Select(failure => $"\n**{failure.Peer} failed:** {failure.Message.ReplaceLineEndings(" ")}\n"));
        return $"""
            # {title}, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC

            `{options.CommandLine}`

            {string.Join('\n', lines.Select(line => $"- {line}"))}
            {broken}
            """;
    }
}
