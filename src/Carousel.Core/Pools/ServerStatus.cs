using System.Collections.Immutable;
using System.Net;

namespace Carousel.Core.Pools;

/// <summary>The status of a server in a snapshot. Immutable.</summary>
/// <param name="EndPoints">Its addresses, in the order to try; empty while its name does not resolve.</param>
/// <param name="IsHealthy">True if it may take requests. If servers are probed: false until its first good probe.</param>
public sealed record ServerStatus(ImmutableArray<IPEndPoint> EndPoints, bool IsHealthy)
{
    /// <summary>
    /// True if it is no longer listed: it finishes its requests, takes new sessions only while no other server can, and is then removed
    /// (docs/decisions/0012-deleted-servers.md).
    /// </summary>
    public bool IsLeaving { get; init; }

    /// <summary>For an unhealthy server: true if probes found it down; false if it has not been probed yet.</summary>
    public bool WasProbed { get; init; }

    /// <summary>True if requests may be sent to it at all.</summary>
    public bool CanServe => !EndPoints.IsEmpty && IsHealthy;
}
