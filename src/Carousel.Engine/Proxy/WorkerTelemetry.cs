using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>What a worker counts and records with. Its own worker's thread only; what it holds can be read by any thread.</summary>
/// <param name="index">The worker's index, from 0.</param>
/// <param name="traffic">Of all workers.</param>
/// <param name="options">Whether request ids are sent, and what is traced.</param>
/// <param name="loop">The worker's clock.</param>
/// <param name="random">For ids that differ between workers and replicas.</param>
internal sealed class WorkerTelemetry(int index, Traffic traffic, EngineOptions options, EventLoop loop, RandomBytes random)
{
    /// <summary>The worker's index.</summary>
    public int Index => index;

    /// <summary>The worker's own counters.</summary>
    public WorkerCounters Counters { get; } = traffic.Workers[index];

    /// <summary>Where each request is recorded.</summary>
    public RecordRing Records { get; } = traffic.Records[index];

    /// <summary>What is recorded of each request.</summary>
    public TrafficOptions RecordOptions => traffic.Options;

    /// <summary>X-Request-Id is sent.</summary>
    public bool SendsRequestIds => options.RequestIds;

    public RequestIds RequestIds { get; } = new(Seed(random));

    /// <summary>Decides which requests are traced; null if none is.</summary>
    public TraceSampler? Traces { get; } = options.TraceShare is { } share ? new TraceSampler(share, Seed(random)) : null;

    /// <summary>The start of this tick, in microseconds.</summary>
    public long NowMicros => loop.NowMicros;

    private static ulong Seed(RandomBytes random) => BitConverter.ToUInt64(random.Next(sizeof(ulong)));
}
