using System.Collections.Immutable;
using System.Net;

namespace Carousel.Control.Discovery;

/// <summary>Kind of a lookup result.</summary>
internal enum ResolutionKind : byte
{
    /// <summary>It has addresses.</summary>
    Found,

    /// <summary>The resolver reports that the name does not exist, or has no address.</summary>
    NotFound,

    /// <summary>The resolver could not be reached, or failed itself.</summary>
    Failure,
}

/// <summary>Result of one lookup.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Addresses">Distinct addresses, in the order to try them; empty unless found.</param>
/// <param name="Error">Name of the error.</param>
internal readonly record struct Resolution(ResolutionKind Kind, ImmutableArray<IPAddress> Addresses, string Error)
{
    public static Resolution Found(IEnumerable<IPAddress> addresses) => new(ResolutionKind.Found, [.. addresses.Distinct()], "");

    public static Resolution NotFound { get; } = new(ResolutionKind.NotFound, [], "");

    public static Resolution Failure(string error) => new(ResolutionKind.Failure, [], error);
}
