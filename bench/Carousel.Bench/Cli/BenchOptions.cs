namespace Carousel.Bench.Cli;

/// <summary>What the command line asked for. A benchmark reads those that its command has.</summary>
internal sealed record BenchOptions
{
    /// <summary>Of each measurement.</summary>
    public int Seconds { get; init; }

    /// <summary>Each measures every peer once.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Of load on YARP before it is measured.</summary>
    public int YarpWarmUpSeconds { get; init; }

    /// <summary>Idle connections to open.</summary>
    public int IdleConnections { get; init; }

    /// <summary>Starts of each peer to measure.</summary>
    public int Starts { get; init; }

    /// <summary>Requests a second of the churn.</summary>
    public int Rate { get; init; }

    /// <summary>Of the churn's plan.</summary>
    public int Seed { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<string> Scenarios { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>A binary to measure instead of publishing the repository's.</summary>
    public required string? Carousel { get; init; }

    /// <summary>Another binary, measured beside it: Carousel as it was before a change. Null for none.</summary>
    public required string? Before { get; init; }

    /// <summary>Measures what the last run published.</summary>
    public required bool NoPublish { get; init; }

    /// <summary>The file of the report; null for none.</summary>
    public required string? Output { get; init; }

    /// <summary>The command as it was typed, for the report.</summary>
    public required string CommandLine { get; init; }
}
