namespace Carousel.Load;

/// <summary>What the command line asked for.</summary>
internal sealed record LoadOptions
{
    public required int Rounds { get; init; }

    public required int Seconds { get; init; }

    public required int YarpWarmUpSeconds { get; init; }

    public required int IdleConnections { get; init; }

    public required int Starts { get; init; }

    public required IReadOnlyList<string> Scenarios { get; init; }

    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>A binary to measure instead of publishing the repository's.</summary>
    public string? Carousel { get; init; }

    /// <summary>Another binary, measured beside it: Carousel as it was before a change. Null for none.</summary>
    public string? Before { get; init; }

    public bool NoPublish { get; init; }

    /// <summary>Where the report goes; null for no file.</summary>
    public string? Output { get; init; }

    /// <summary>The command as it was typed, for the report.</summary>
    public required string CommandLine { get; init; }
}
