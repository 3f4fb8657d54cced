using System.Globalization;
using System.Runtime.InteropServices;

namespace Carousel.Load.Machine;

/// <summary>CPU time that a program has used, in microseconds.</summary>
internal readonly record struct CpuTime(double Total, double User)
{
    public double System => Total - User;

    public static CpuTime operator -(CpuTime a, CpuTime b) => new(a.Total - b.Total, a.User - b.User);
}

/// <summary>
/// Reads what the kernel charged to a program: a process, its threads, and the processes below it (nginx serves from a child).
/// </summary>
internal static partial class CpuClock
{
    private const int ScheduledTime = 2;

    /// <summary>
    /// The total is the scheduler's own sum in nanoseconds, ended threads included. How it divides into user and system comes
    /// from the ticks of /proc/PID/stat, which the kernel samples: exact enough over seconds, not over milliseconds.
    /// </summary>
    public static (double TotalMicros, long UserTicks, long SystemTicks) Read(int root)
    {
        double total = 0;
        long user = 0, system = 0;
        foreach (int pid in ProcessTree.Of(root))
        {
            // The kernel's encoding of "the CPU clock of process pid" (clock_getcpuclockid), which any user may read.
            if (clock_gettime((~pid << 3) | ScheduledTime, out var time) != 0)
            {
                continue;
            }

            total += time.Seconds * 1e6 + time.Nanoseconds / 1e3;
            string[] fields = ProcessTree.StatFields(pid);
            user += long.Parse(fields[11], CultureInfo.InvariantCulture);
            system += long.Parse(fields[12], CultureInfo.InvariantCulture);
        }

        return (total, user, system);
    }

    /// <summary>What was used between two readings of the same program.</summary>
    public static CpuTime Between((double Total, long User, long System) from, (double Total, long User, long System) to)
    {
        double total = to.Total - from.Total;
        long user = to.User - from.User, ticks = user + to.System - from.System;
        return new CpuTime(total, ticks == 0 ? 0 : total * user / ticks);
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
