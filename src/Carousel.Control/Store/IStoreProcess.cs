namespace Carousel.Control.Store;

/// <summary>A process of the store. Any thread.</summary>
internal interface IStoreProcess : IDisposable
{
    /// <summary>True when it takes connections, false if it ended without. Never fails.</summary>
    Task<bool> Ready { get; }

    /// <summary>Ends with the process. Never fails.</summary>
    Task<StoreExit> Exit { get; }

    /// <summary>Asks it to write what it has to and leave. Nothing happens if it has left.</summary>
    void Leave();

    /// <summary>Ends it at once. Nothing happens if it has left.</summary>
    void Kill();
}

/// <summary>Starts a store's process.</summary>
/// <exception cref="System.ComponentModel.Win32Exception">The system refuses to.</exception>
internal delegate IStoreProcess LaunchStore(string executable, EmbeddedStoreOptions options);
