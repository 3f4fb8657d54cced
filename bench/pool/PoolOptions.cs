namespace Carousel.Pool;

/// <summary>What the command line asked for.</summary>
internal sealed record PoolOptions
{
    public required int Rounds { get; init; }

    /// <summary>Of each measurement.</summary>
    public required int Seconds { get; init; }

    /// <summary>Requests a second of the churn.</summary>
    public int Rate { get; init; }

    /// <summary>Of the balance, by name.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    /// <summary>Of the churn's plan.</summary>
    public int Seed { get; init; }

    public required int YarpWarmUpSeconds { get; init; }

    /// <summary>Names of products.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>A binary to measure instead of publishing the repository's.</summary>
    public string? Carousel { get; init; }

    public bool NoPublish { get; init; }

    /// <summary>Where the report goes; null for no file.</summary>
    public string? Output { get; init; }

    /// <summary>The command as it was typed, for the report.</summary>
    public required string CommandLine { get; init; }
}
