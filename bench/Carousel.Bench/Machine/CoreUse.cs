using System.Diagnostics;
using System.Globalization;

namespace Carousel.Bench.Machine;

/// <summary>
/// How busy a core was, with whatever ran there, and how much the hypervisor took from it: so that a run disturbed by something
/// else is seen to be.
/// </summary>
internal readonly record struct CoreUse(double BusyMicros, double StolenMicros, double WallMicros)
{
    // USER_HZ: what /proc counts in, whatever the kernel's own tick is.
    private const double MicrosPerTick = 10_000;

    public static CoreUse operator -(CoreUse a, CoreUse b) =>
        new(a.BusyMicros - b.BusyMicros, a.StolenMicros - b.StolenMicros, a.WallMicros - b.WallMicros);

    /// <summary>The share of the time in which something else than what used so much ran on the core, or the hypervisor took it: 0 to 1.</summary>
    public double Disturbed(double usedMicros) => Math.Max(0, BusyMicros + StolenMicros - usedMicros) / WallMicros;

    public static CoreUse Read(int core)
    {
        string line = File.ReadLines("/proc/stat").First(text => text.StartsWith($"cpu{core} ", StringComparison.Ordinal));
        double[] ticks = line.Split(' ').Skip(1).Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();

        // user nice system idle iowait irq softirq steal
        double busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
        return new CoreUse(busy * MicrosPerTick, ticks[7] * MicrosPerTick, Stopwatch.GetTimestamp() * 1e6 / Stopwatch.Frequency);
    }
}
