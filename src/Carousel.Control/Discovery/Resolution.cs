using System.Collections.Immutable;
using System.Net;

namespace Carousel.Control.Discovery;

/// <summary>What came of looking up a name.</summary>
internal enum ResolutionKind : byte
{
    /// <summary>It has addresses.</summary>
    Found,

    /// <summary>The resolver is sure that there is no such name, or that it has no address.</summary>
    NotFound,

    /// <summary>The resolver can't tell: it was not reached, or had an error of its own.</summary>
    Failure,
}

/// <summary>What came of looking up a name, once.</summary>
/// <param name="Kind">Which it was.</param>
/// <param name="Addresses">Each once, in the order to try them; empty unless found.</param>
/// <param name="Error">What to call the trouble.</param>
internal readonly record struct Resolution(ResolutionKind Kind, ImmutableArray<IPAddress> Addresses, string Error)
{
    public static Resolution Found(IEnumerable<IPAddress> addresses) => new(ResolutionKind.Found, [.. addresses.Distinct()], "");

    public static Resolution NotFound { get; } = new(ResolutionKind.NotFound, [], "");

    public static Resolution Failure(string error) => new(ResolutionKind.Failure, [], error);
}
