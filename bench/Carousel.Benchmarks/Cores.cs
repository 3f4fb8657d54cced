using System.Runtime.InteropServices;

namespace Carousel.Benchmarks;

/// <summary>Pins threads, so that two that contend run at the same time, and on different cores.</summary>
internal static partial class Cores
{
    /// <summary>The calling thread runs on this core only.</summary>
    /// <param name="core">Below 64.</param>
    public static void PinThread(int core)
    {
        ulong mask = 1UL << core;
        if (SchedSetAffinity(0, sizeof(ulong), in mask) != 0)
        {
            throw new InvalidOperationException($"the thread can't be pinned to core {core}");
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SchedSetAffinity(int thread, nint bytes, in ulong mask);
}
