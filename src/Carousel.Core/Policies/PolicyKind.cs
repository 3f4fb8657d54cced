namespace Carousel.Core.Policies;

/// <summary>How a server is chosen for a request (docs/POLICIES.md).</summary>
public enum PolicyKind : byte
{
    /// <summary>Each in its turn, as often as its weight says: what there is without a word.</summary>
    Default,

    /// <summary>Each in its turn, whatever its weight.</summary>
    RoundRobin,

    /// <summary>As often as its weight says, evenly spread over time.</summary>
    Weighted,

    /// <summary>The one with the fewest requests for its weight.</summary>
    LeastRequests,

    /// <summary>Of two, the one that will likely answer sooner.</summary>
    Ewma,

    /// <summary>The one that promises the shortest wait, by what is seen and by what servers say of themselves.</summary>
    Dynamic,

    /// <summary>The same one for requests that have something in common.</summary>
    Hash,

    /// <summary>Any, as often as its weight says.</summary>
    Random,
}
