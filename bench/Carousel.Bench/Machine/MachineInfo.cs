using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Carousel.Bench.Machine;

/// <summary>What a result must say about where it was measured.</summary>
internal static partial class MachineInfo
{
    public static string Cpu { get; } = File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?
        .Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    public static int CoreCount { get; } = File.ReadLines("/proc/stat").Count(line => Core().IsMatch(line));

    public static string Kernel { get; } = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    public static string Distribution { get; } = File.ReadLines("/etc/os-release")
        .FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?
        .Split('=', 2)[1].Trim('"') ?? "unknown";

    public static double MemoryGigabytes { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);

    /// <summary>The processor and its cores as part of a file name: <c>amd-epyc-2c</c>. Without what all processors call themselves.</summary>
    public static string Slug { get; } = NotInName().Replace(Cpu.ToLowerInvariant(), "-").Trim('-') + $"-{CoreCount}c";

    [GeneratedRegex(@"^cpu\d+ ")]
    private static partial Regex Core();

    [GeneratedRegex(@"(\((r|tm)\)|\b(processor|cpu)\b|[^a-z0-9])+")]
    private static partial Regex NotInName();
}
