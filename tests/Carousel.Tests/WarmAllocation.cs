namespace Carousel.Tests;

/// <summary>What code allocates once it is warm.</summary>
internal static class WarmAllocation
{
    private const int Stretches = 20;

    /// <summary>
    /// The least that any of some stretches of so many rounds allocates on this thread: the JIT, which replaces code while it runs, now and then allocates
    /// on the thread that meets the new code, but not in every stretch.
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
