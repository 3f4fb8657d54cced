using System.Globalization;
using System.Runtime.InteropServices;

namespace Carousel.Bench.Machine;

/// <summary>CPU time that a program has used, in microseconds.</summary>
internal readonly record struct CpuTime(double Total, double User)
{
    public double System => Total - User;

    public static CpuTime operator /(CpuTime a, double by) => new(a.Total / by, a.User / by);
}

/// <summary>A clock's reading: what was used so far. The total is exact, the ticks divide it.</summary>
internal readonly record struct CpuReading(double TotalMicros, long UserTicks, long SystemTicks)
{
    /// <summary>What was used since an earlier reading of the same clock.</summary>
    public CpuTime Since(CpuReading from)
    {
        double total = TotalMicros - from.TotalMicros;
        long user = UserTicks - from.UserTicks, ticks = user + SystemTicks - from.SystemTicks;
        return new CpuTime(total, ticks == 0 ? 0 : total * user / ticks);
    }
}

/// <summary>
/// Reads what the kernel charged to a program: a process, its threads, the processes below it (nginx serves from a child), and the children that have
/// ended (nginx's earlier workers).
/// </summary>
internal static partial class CpuClock
{
    private const int ScheduledTime = 2;

    // USER_HZ: what /proc counts in, whatever the kernel's own tick is.
    private const double MicrosPerTick = 10_000;

    /// <summary>
    /// The total is the scheduler's own sum in nanoseconds, ended threads included; ended children are in it by their ticks. How it divides into user
    /// and system comes from the ticks of /proc/PID/stat, which the kernel samples: exact enough over seconds, not over milliseconds.
    /// </summary>
    public static CpuReading Read(int root)
    {
        double total = 0;
        long user = 0, system = 0;
        foreach (int pid in ProcessTree.Of(root))
        {
            // The kernel's encoding of "the CPU clock of process pid" (clock_getcpuclockid), which any user may read.
            if (clock_gettime((~pid << 3) | ScheduledTime, out var time) != 0 || ProcessTree.StatFields(pid) is not [_, ..] fields)
            {
                continue;
            }

            // utime, stime, and both of the children that were waited for.
            long[] ticks = Array.ConvertAll(fields[11..15], text => long.Parse(text, CultureInfo.InvariantCulture));
            total += time.Seconds * 1e6 + time.Nanoseconds / 1e3 + (ticks[2] + ticks[3]) * MicrosPerTick;
            user += ticks[0] + ticks[2];
            system += ticks[1] + ticks[3];
        }

        return new CpuReading(total, user, system);
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
