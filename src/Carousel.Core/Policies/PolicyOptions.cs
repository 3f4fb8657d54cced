namespace Carousel.Core.Policies;

/// <summary>How servers are chosen. Immutable.</summary>
public sealed record PolicyOptions
{
    /// <summary>The policy.</summary>
    public PolicyKind Kind { get; init; } = PolicyKind.Default;

    /// <summary>What is hashed, for <see cref="PolicyKind.Hash"/>.</summary>
    public HashBy HashBy { get; init; } = HashBy.Source;

    /// <summary>The name of the cookie or the header field that is hashed; empty for others.</summary>
    public string HashName { get; init; } = "";
}
