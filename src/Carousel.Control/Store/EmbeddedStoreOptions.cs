namespace Carousel.Control.Store;

/// <summary>How the embedded store is to run.</summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>On the loopback addresses of this machine; 1 to 65535.</summary>
    public int Port { get; init; } = 6379;

    /// <summary>Where the data is kept, or null to keep it in memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Why it is kept in memory only, for people; empty if it is not, or nobody has said.</summary>
    public string WhyInMemory { get; init; } = "";

    /// <summary>Bytes that keys and values may take, 16 MB to 64 GB; null for the store's own default.</summary>
    public long? Memory { get; init; }

    /// <summary>What clients have to AUTH with, or null.</summary>
    public string? Password { get; init; }
}
