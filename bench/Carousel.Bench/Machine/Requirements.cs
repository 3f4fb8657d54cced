using System.Globalization;

namespace Carousel.Bench.Machine;

/// <summary>What must be there before anything is started; all that is missing is said at once.</summary>
internal static class Requirements
{
    /// <summary>Returns what is missing, a line each; empty when all is there.</summary>
    public static List<string> Missing(IEnumerable<(string Program, string Package)> programs, int descriptors)
    {
        var missing = new List<string>();
        var absent = programs.Distinct().Where(needed => FindProgram(needed.Program) is null).ToList();
        if (absent.Count > 0)
        {
            string packages = string.Join(' ', absent.Select(needed => needed.Package).Distinct());
            missing.Add($"not installed: {string.Join(", ", absent.Select(needed => needed.Program))}; " +
                $"try: sudo apt-get install -y --no-install-recommends {packages}");
        }

        if (MachineInfo.CoreCount < 2)
        {
            missing.Add("two cores are needed: one for what is measured, one for the load and the servers");
        }

        if (DescriptorLimit() is var limit && limit < descriptors)
        {
            missing.Add($"{descriptors} file descriptors are needed and the hard limit is {limit}; try: " +
                $"sudo prlimit --pid $$ --nofile={descriptors}");
        }

        return missing;
    }

    /// <summary>Its path.</summary>
    /// <exception cref="BenchException">It isn't installed.</exception>
    public static string MustFind(string name) => FindProgram(name) ?? throw new BenchException($"{name} isn't installed");

    private static string? FindProgram(string name) =>
        // Debian keeps servers where a user's PATH doesn't look.
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':')
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static long DescriptorLimit()
    {
        string line = File.ReadLines("/proc/self/limits")
            .First(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        string hard = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[4];
        return hard == "unlimited" ? long.MaxValue : long.Parse(hard, CultureInfo.InvariantCulture);
    }
}
