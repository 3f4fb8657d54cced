using System.Collections.Immutable;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>What is simulated: servers, load and events. Times in seconds from the start.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>A one-sentence description.</summary>
    public required string What { get; init; }

    public required ImmutableArray<ServerSpec> Servers { get; init; }

    /// <summary>The arrival rate as a share of the total capacity at full speed.</summary>
    public double Load { get; init; } = 0.75;

    /// <summary>The number of balancers, picked at random per request, each with its own counts and latencies.</summary>
    public int Balancers { get; init; } = 1;

    /// <summary>Requests that each server processes at once; the others are queued.</summary>
    public int Processors { get; init; } = 4;

    public ServiceTime ServiceTime { get; init; } = ServiceTime.Exponential;

    /// <summary>Mean work of a request: its time on a server of speed 1.</summary>
    public double MeanMicros { get; init; } = 20_000;

    public double Seconds { get; init; } = 60;

    /// <summary>Requests that arrive earlier are not counted: the pool has yet to fill.</summary>
    public double WarmUpSeconds { get; init; } = 5;

    /// <summary>The time span of the failure and its after-effects, which is also reported separately.</summary>
    public Span? Failure { get; init; }

    /// <summary>True if servers report their capacity in responses (X-Carousel-Capacity).</summary>
    public bool Reports { get; init; }

    /// <summary>Requests a second of all balancers together.</summary>
    public double RequestsPerSecond => Load * Servers.Sum(server => server.Speed) * Processors * 1e6 / MeanMicros;
}

/// <summary>A time span in seconds from the start.</summary>
internal readonly record struct Span(double From, double Until)
{
    public bool Contains(double seconds) => seconds >= From && seconds < Until;
}

/// <summary>A server of a scenario.</summary>
/// <param name="Speed">Its speed relative to the slowest.</param>
/// <param name="Weight">Its weight in servers.txt.</param>
internal sealed record ServerSpec(double Speed, int Weight = 1)
{
    /// <summary>Its disturbances; they do not overlap.</summary>
    public ImmutableArray<Phase> Phases { get; init; } = [];
}

/// <summary>A time span in which a server is slow or fails.</summary>
/// <param name="When">The time span.</param>
/// <param name="Factor">The factor of its speed: 0.1 is ten times slower, 0 is stopped.</param>
/// <param name="Fails">True if it responds 500 at once instead of working.</param>
internal sealed record Phase(Span When, double Factor, bool Fails = false);
