namespace Carousel.Core.Policies;

/// <summary>How servers are to be chosen. Immutable.</summary>
public sealed record PolicyOptions
{
    /// <summary>By which policy.</summary>
    public PolicyKind Kind { get; init; } = PolicyKind.Turns;
}
