namespace Carousel.Control.Store.Embedded;

/// <summary>A store process. Any thread.</summary>
internal interface IStoreProcess : IDisposable
{
    /// <summary>True when it accepts connections, false if it exited before that. Never fails.</summary>
    Task<bool> Ready { get; }

    /// <summary>Completes when the process exits. Never fails.</summary>
    Task<StoreExit> Exit { get; }

    /// <summary>Asks it to flush and exit. Does nothing if it has exited.</summary>
    void Leave();

    /// <summary>Kills it. Does nothing if it has exited.</summary>
    void Kill();
}

/// <summary>Starts a store process.</summary>
/// <exception cref="System.ComponentModel.Win32Exception">The system can't start it.</exception>
internal delegate IStoreProcess LaunchStore(string executable, EmbeddedStoreOptions options);
