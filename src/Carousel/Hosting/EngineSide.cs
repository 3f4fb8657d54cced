using Carousel.Cli;
using Carousel.Engine;
using Carousel.Platform;

namespace Carousel.Hosting;

/// <summary>The engine of a running balancer.</summary>
/// <param name="engine">Not started yet.</param>
internal sealed class EngineSide(ProxyEngine engine)
{
    private bool _isStarted;
    private bool _hasExited;

    /// <summary>The listening port, known once it is started.</summary>
    public int Port => engine.Port;

    /// <summary>True once connections are accepted. Any thread.</summary>
    public bool IsStarted => Volatile.Read(ref _isStarted);

    /// <summary>The engine options with the connections that the descriptors allow; null with a one-line error.</summary>
    /// <param name="settings">From the command line.</param>
    /// <param name="descriptors">The descriptor limit of the process.</param>
    /// <param name="error">Null if there is nothing wrong.</param>
    public static EngineOptions? Limited(RunSettings settings, ulong descriptors, out string? error)
    {
        int? connections = DescriptorBudget.Connections(descriptors, settings.Engine.Workers, settings.MaxConnections, out error);
        return connections is null ? null : settings.Engine with
        {
            MaxConnections = connections.Value,
            MaxSockets = DescriptorBudget.Sockets(descriptors, settings.Engine.Workers),
        };
    }

    /// <summary>Accepts connections from now on.</summary>
    /// <exception cref="StartException">It can't listen.</exception>
    public void Start()
    {
        try
        {
            engine.Start();
        }
        catch (EngineStartException e)
        {
            throw new StartException(e.Message);
        }
        Volatile.Write(ref _isStarted, true);
    }

    /// <inheritdoc cref="ProxyEngine.Drain"/>
    public void Drain(TimeSpan atMost) => engine.Drain(atMost);

    /// <inheritdoc cref="ProxyEngine.Stop"/>
    public void Cut() => engine.Stop();

    /// <inheritdoc cref="ProxyEngine.Ping"/>
    public void Ping() => engine.Ping();

    /// <summary>Blocks until the engine has ended, after <see cref="Drain"/> or <see cref="Cut"/>. Called by the host's thread.</summary>
    public void WaitForExit()
    {
        engine.WaitForExit();
        _hasExited = true;
    }

    /// <summary>Cuts all connections and waits for the engine's end, unless it has ended. Called by the host's thread.</summary>
    public void Stop()
    {
        if (!_hasExited)
        {
            Cut();
            WaitForExit();
        }
    }
}
