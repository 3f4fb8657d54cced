using System.Collections.Immutable;
using System.Net;

namespace Carousel.Store;

/// <summary>The validated options of the store.</summary>
internal sealed record StoreOptions
{
    /// <summary>The default memory limit of the data.</summary>
    public const long DefaultMemory = 64 << 20;

    public const int DefaultPort = 6379;

    public int Port { get; init; } = DefaultPort;

    /// <summary>Loopback addresses; at least one.</summary>
    public ImmutableArray<IPAddress> Bind { get; init; } = [IPAddress.Loopback];

    /// <summary>Most bytes of keys and values; beyond it the oldest are evicted.</summary>
    public long Memory { get; init; } = DefaultMemory;

    /// <summary>Where the data is kept, or null to keep it in memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The AUTH password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>Stop when standard input ends: the parent process holds its other end, and the kernel closes it when the parent dies.</summary>
    public bool StopWithInput { get; init; }
}
