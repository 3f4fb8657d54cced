using System.Collections.Immutable;
using System.Net;

namespace Carousel.Core.Pool;

/// <summary>How a server stands in the pool at one moment. Immutable.</summary>
/// <param name="EndPoints">Where it can be reached, in the order to try; empty while its name does not resolve.</param>
/// <param name="IsHealthy">Whether it may be sent to: false until its first probe went well, if servers are probed.</param>
public sealed record ServerStatus(ImmutableArray<IPEndPoint> EndPoints, bool IsHealthy)
{
    /// <summary>
    /// True once it is listed no more: it finishes what it has, takes new visitors only while nobody else can, and is gone when that is over
    /// (docs/decisions/0012-deleted-servers.md).
    /// </summary>
    public bool IsLeaving { get; init; }

    /// <summary>Of one that is not healthy: true if probes have said so; false if it is only new.</summary>
    public bool WasProbed { get; init; }

    /// <summary>True if requests may be sent to it at all.</summary>
    public bool CanServe => !EndPoints.IsEmpty && IsHealthy;
}
