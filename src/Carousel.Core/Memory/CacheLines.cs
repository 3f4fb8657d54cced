namespace Carousel.Core.Memory;

/// <summary>
/// The layout of fields that one thread writes while others read or write their neighbours. Such fields are in a struct of explicit layout, behind a gap; it
/// ends with a gap, since a garbage collection may place any object after it (docs/decisions/0025-shared-writes.md).
/// </summary>
public static class CacheLines
{
    /// <summary>Bytes of a cache line of x64 and of most arm64 cores.</summary>
    public const int Line = 64;

    /// <summary>Two lines of x64, which prefetches pairs; one of the larger arm64 cores.</summary>
    public const int Apart = 128;
}
