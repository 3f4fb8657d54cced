using System.Collections.Immutable;
using System.Net;

namespace Carousel.Store;

/// <summary>How the store is to run. What is in here has been checked.</summary>
internal sealed record StoreOptions
{
    /// <summary>What the data may take by default.</summary>
    public const long DefaultMemory = 64 << 20;

    public const int DefaultPort = 6379;

    public int Port { get; init; } = DefaultPort;

    /// <summary>Loopback addresses; at least one.</summary>
    public ImmutableArray<IPAddress> Bind { get; init; } = [IPAddress.Loopback];

    /// <summary>Bytes that keys and values may take before the oldest give way.</summary>
    public long Memory { get; init; } = DefaultMemory;

    /// <summary>Where the data is kept, or null to keep it in memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>What clients have to AUTH with, or null.</summary>
    public string? Password { get; init; }

    /// <summary>Leave when standard input ends: whoever started the store holds its other end, and the kernel closes that however they die.</summary>
    public bool LeaveWithInput { get; init; }
}
