using System.Globalization;

namespace Carousel.Bench.Machine;

/// <summary>Reads what the kernel charged to the threads of one name in a process.</summary>
internal static class ThreadClock
{
    /// <summary>What <see cref="CpuClock.Read"/> gives of a program; nothing if no thread has the name.</summary>
    public static CpuReading Read(int pid, string name)
    {
        double total = 0;
        long user = 0, system = 0;
        foreach (string folder in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            if (File.ReadAllText($"{folder}/comm").TrimEnd() == name)
            {
                // The first number is what it ran, in nanoseconds.
                total += double.Parse(File.ReadAllText($"{folder}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e3;
                string[] fields = ProcessTree.StatFields(folder);
                user += long.Parse(fields[11], CultureInfo.InvariantCulture);
                system += long.Parse(fields[12], CultureInfo.InvariantCulture);
            }
        }

        return new CpuReading(total, user, system);
    }
}
