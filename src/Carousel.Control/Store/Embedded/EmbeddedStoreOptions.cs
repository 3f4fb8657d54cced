namespace Carousel.Control.Store.Embedded;

/// <summary>Options of the embedded store.</summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>Port on this machine's loopback addresses; 1 to 65535.</summary>
    public int Port { get; init; } = 6379;

    /// <summary>Where the data is persisted, or null for memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Why it is in memory only, for the log; empty if it is not, or the reason is unknown.</summary>
    public string WhyInMemory { get; init; } = "";

    /// <summary>Limit for keys and values in bytes, 16 MB to 64 GB; null for the store's default.</summary>
    public long? Memory { get; init; }

    /// <summary>The password that clients AUTH with, or null.</summary>
    public string? Password { get; init; }
}
