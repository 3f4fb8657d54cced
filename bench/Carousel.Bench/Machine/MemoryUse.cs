using System.Globalization;

namespace Carousel.Bench.Machine;

/// <summary>
/// Memory of a program in KB: resident, proportional share (pages shared with others counted in part), and private dirty (what
/// would be free if it ended, the most honest of the three). None of them holds what the kernel keeps for its sockets.
/// </summary>
internal readonly record struct MemoryUse(double Rss, double Pss, double PrivateDirty)
{
    public static MemoryUse operator -(MemoryUse a, MemoryUse b) =>
        new(a.Rss - b.Rss, a.Pss - b.Pss, a.PrivateDirty - b.PrivateDirty);

    public static MemoryUse operator /(MemoryUse a, double by) => new(a.Rss / by, a.Pss / by, a.PrivateDirty / by);

    public static MemoryUse Read(int root)
    {
        double rss = 0, pss = 0, dirty = 0;
        foreach (int pid in ProcessTree.Of(root))
        {
            foreach (string line in File.ReadLines($"/proc/{pid}/smaps_rollup").Skip(1))
            {
                string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                double kilobytes = double.Parse(words[1], CultureInfo.InvariantCulture);
                switch (words[0])
                {
                    case "Rss:":
                        rss += kilobytes;
                        break;
                    case "Pss:":
                        pss += kilobytes;
                        break;
                    case "Private_Dirty:":
                        dirty += kilobytes;
                        break;
                }
            }
        }

        return new MemoryUse(rss, pss, dirty);
    }
}
