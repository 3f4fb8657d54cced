using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Ring;

/// <summary>The cursor, written by all threads at every rotation step: kept on cache lines separate from read-only data.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Apart)]
internal struct RingCursor
{
    /// <summary>The node of the last step; the origin before the first one.</summary>
    [FieldOffset(CacheLines.Apart)]
    public volatile RingNode Node;
}
