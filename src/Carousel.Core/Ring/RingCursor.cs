using System.Runtime.InteropServices;

namespace Carousel.Core.Ring;

/// <summary>The cursor, written by all threads at every rotation step: kept on cache lines separate from read-only data.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Apart)]
internal struct RingCursor
{
    // Two cache lines of x64, which prefetches pairs; one of the larger arm64 cores.
    private const int Apart = 128;

    /// <summary>The node of the last step; the origin before the first one.</summary>
    [FieldOffset(Apart)]
    public volatile RingNode Node;
}
