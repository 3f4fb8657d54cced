namespace Carousel.Core.Policies;

/// <summary>How a server is chosen for a request (docs/POLICIES.md).</summary>
public enum PolicyKind : byte
{
    /// <summary>Round robin, weighted if the weights differ: the default.</summary>
    Default,

    /// <summary>Round robin, ignoring weights.</summary>
    RoundRobin,

    /// <summary>In proportion to weights, evenly spread over time.</summary>
    Weighted,

    /// <summary>The server with the fewest requests for its weight.</summary>
    LeastRequests,

    /// <summary>Of two, the one that will likely respond sooner.</summary>
    Ewma,

    /// <summary>The server with the lowest expected wait, by measurements and by the servers' own reports.</summary>
    Dynamic,

    /// <summary>The same server for requests with the same key.</summary>
    Hash,

    /// <summary>Random, in proportion to weights.</summary>
    Random,
}
