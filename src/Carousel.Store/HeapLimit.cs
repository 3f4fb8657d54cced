namespace Carousel.Store;

/// <summary>
/// A limit of the managed heap: Garnet counts its values and evicts the oldest, but garbage is the runtime's, which uses all memory of the machine
/// unless limited.
/// </summary>
internal static class HeapLimit
{
    /// <summary>Garnet's own objects, scripts, connections' buffers.</summary>
    private const long Base = 128L << 20;

    /// <summary>Measured: a byte counted by Garnet takes two bytes of heap, and a compacting collector needs free space.</summary>
    private const long Factor = 4;

    public static long Of(long memory) => Base + Factor * memory;

    /// <summary>Sets the limit, once, before much is allocated.</summary>
    public static void Set(long memory)
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)Of(memory));
        GC.RefreshMemoryLimit();
    }
}
