namespace Carousel.Store;

/// <summary>
/// The bound behind the bounds: Garnet counts what its values take and lets the oldest go, but the garbage of that is the runtime's, which takes
/// what the machine has unless it is told otherwise.
/// </summary>
internal static class HeapLimit
{
    /// <summary>Garnet's own objects, scripts, connections' buffers.</summary>
    private const long Base = 128L << 20;

    /// <summary>Measured: values that Garnet counts as one byte take two of the heap, and a compacting collector needs some room to move in.</summary>
    private const long Factor = 4;

    public static long Of(long memory) => Base + Factor * memory;

    /// <summary>Sets the limit, once, before much is allocated.</summary>
    public static void Set(long memory)
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)Of(memory));
        GC.RefreshMemoryLimit();
    }
}
