using System.Runtime.InteropServices;

namespace Carousel.Core.Ring;

/// <summary>The one thing that all threads write at every turn: kept off the cache lines of what they only read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Apart)]
internal struct RingCursor
{
    // Two lines of x64 (it fetches them in pairs), one of the larger arm64 cores.
    private const int Apart = 128;

    /// <summary>The node whose turn it was last; the origin before the first turn.</summary>
    [FieldOffset(Apart)]
    public volatile RingNode Node;
}
