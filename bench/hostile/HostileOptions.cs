namespace Carousel.Hostile;

/// <summary>What a run was asked for.</summary>
internal sealed record HostileOptions
{
    /// <summary>Of each measurement.</summary>
    public required int Seconds { get; init; }

    /// <summary>Names of trials, and of peers.</summary>
    public required IReadOnlyList<string> Trials { get; init; }

    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>A binary that is built already; null to publish the repository's.</summary>
    public required string? Carousel { get; init; }

    public required bool NoPublish { get; init; }

    /// <summary>Where the report goes beside stdout; null for nowhere.</summary>
    public required string? Output { get; init; }

    /// <summary>What was typed.</summary>
    public required string CommandLine { get; init; }
}
