namespace Carousel.Tests.Harness;

/// <summary>Measures what code allocates once it is warm.</summary>
internal static class WarmAllocation
{
    private const int Stretches = 20;

    /// <summary>
    /// The minimum that several runs of N rounds allocate on this thread. The JIT, which replaces code while it runs, sometimes allocates on the thread that
    /// reaches the new code, but not in every run.
    /// </summary>
    public static long Least(int rounds, Action round)
    {
        round();
        long least = long.MaxValue;
        for (int stretch = 0; stretch < Stretches && least != 0; stretch++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rounds; i++)
            {
                round();
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
