using Carousel.Bench.Machine;

namespace Carousel.Bench.Load;

/// <summary>One peer's run in one round of a load scenario; CPU in microseconds a request.</summary>
internal sealed record LoadSample(string Scenario, string Peer, int Round)
{
    public required double RequestsPerSecond { get; init; }

    public required CpuTime Cpu { get; init; }

    /// <summary>Of <see cref="Cpu"/> the part of the threads that move the traffic: without that of writing to a session store, say.</summary>
    public required CpuTime Worker { get; init; }

    public required double P50Micros { get; init; }

    public required double P99Micros { get; init; }

    public required long Errors { get; init; }

    public required double RssMegabytes { get; init; }

    /// <summary>The share of its core that the peer used, 0 to 1.</summary>
    public required double Busy { get; init; }

    /// <summary>The share of the peer's core that something else used or the hypervisor took, 0 to 1.</summary>
    public required double Disturbed { get; init; }
}

/// <summary>Memory of one fresh process at rest and for each idle connection, in KB.</summary>
internal sealed record IdleSample(string Peer, int Round, int Connections, MemoryUse AtRest, MemoryUse EachConnection, int Lost);

/// <summary>One start: time to the first 200, and resident memory half a second later, in KB.</summary>
internal sealed record StartSample(string Peer, int Round, double Milliseconds, MemoryUse AtRest);
