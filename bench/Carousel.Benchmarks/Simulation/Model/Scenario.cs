using System.Collections.Immutable;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>What is simulated: servers, load and what happens meanwhile. Times in seconds from the start.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string What { get; init; }

    public required ImmutableArray<ServerSpec> Servers { get; init; }

    /// <summary>Arrivals as a share of what all servers can do at their full speeds.</summary>
    public double Load { get; init; } = 0.75;

    /// <summary>Balancers that requests come to at random, each with counts and latencies of its own.</summary>
    public int Balancers { get; init; } = 1;

    /// <summary>Requests that each server works on at once; the others wait in line.</summary>
    public int Processors { get; init; } = 4;

    public ServiceTime ServiceTime { get; init; } = ServiceTime.Exponential;

    /// <summary>Mean work of a request: what a server of speed 1 needs for it.</summary>
    public double MeanMicros { get; init; } = 20_000;

    public double Seconds { get; init; } = 60;

    /// <summary>Requests that come before this don't count: the pool has yet to fill.</summary>
    public double WarmUpSeconds { get; init; } = 5;

    /// <summary>The part of the time that is also looked at alone: when something is wrong.</summary>
    public Span? Failure { get; init; }

    /// <summary>True if servers say in their answers what they can do (X-Carousel-Capacity).</summary>
    public bool Reports { get; init; }

    /// <summary>Requests a second that all balancers get together.</summary>
    public double RequestsPerSecond => Load * Servers.Sum(server => server.Speed) * Processors * 1e6 / MeanMicros;
}

/// <summary>A stretch of time, in seconds from the start.</summary>
internal readonly record struct Span(double From, double Until)
{
    public bool Contains(double seconds) => seconds >= From && seconds < Until;
}

/// <summary>A server of a scenario.</summary>
/// <param name="Speed">How much faster than the slowest it works.</param>
/// <param name="Weight">What servers.txt tells of it.</param>
internal sealed record ServerSpec(double Speed, int Weight = 1)
{
    /// <summary>What happens to it; stretches of a server don't overlap.</summary>
    public ImmutableArray<Phase> Phases { get; init; } = [];
}

/// <summary>A stretch in which a server is not itself.</summary>
/// <param name="When">From when to when.</param>
/// <param name="Factor">What is left of its speed: 0.1 is ten times slower, 0 stands still.</param>
/// <param name="Fails">It answers 500 at once instead of working.</param>
internal sealed record Phase(Span When, double Factor, bool Fails = false);
