using System.Globalization;

namespace Carousel.Bench.Machine;

/// <summary>Processes by descent, from /proc.</summary>
internal static class ProcessTree
{
    /// <summary>The process and everything below it; empty if it has ended.</summary>
    public static List<int> Of(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && StatFields(pid) is [_, var parent, ..])
            {
                parents[pid] = int.Parse(parent, CultureInfo.InvariantCulture);
            }
        }

        var tree = new List<int>();
        if (parents.ContainsKey(root))
        {
            tree.Add(root);
        }

        for (int i = 0; i < tree.Count; i++)
        {
            tree.AddRange(parents.Where(entry => entry.Value == tree[i]).Select(entry => entry.Key));
        }

        return tree;
    }

    /// <summary>The fields of /proc/PID/stat after the name (so [0] is the state); empty if the process has ended.</summary>
    public static string[] StatFields(int pid) => StatFields($"/proc/{pid}");

    /// <summary>The same for the folder of a process or of a thread.</summary>
    public static string[] StatFields(string folder)
    {
        try
        {
            string stat = File.ReadAllText($"{folder}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
