using System.Collections.Immutable;

namespace Carousel.Core.Config;

/// <summary>Which kind of store keeps the sessions.</summary>
public enum StoreKind : byte
{
    /// <summary>What answers on localhost:6379, or else the embedded store there.</summary>
    Auto,

    /// <summary>None: nothing is shared, and nothing survives.</summary>
    None,

    /// <summary>The embedded store.</summary>
    Embedded,

    /// <summary>A Redis that somebody runs.</summary>
    Redis,
}

/// <summary>Where sessions are kept: the value of <c>--store</c>. Immutable.</summary>
public sealed record StoreAddress
{
    /// <summary>Where a Redis listens, and so the embedded store, unless something else is said.</summary>
    public const int DefaultPort = 6379;

    /// <summary>Where a sentinel listens unless something else is said.</summary>
    public const int DefaultSentinelPort = 26379;

    /// <summary>What is meant when nothing is said.</summary>
    public static StoreAddress Auto { get; } = Local(StoreKind.Auto, DefaultPort);

    /// <summary>No store.</summary>
    public static StoreAddress None { get; } = new() { Kind = StoreKind.None, Hosts = [] };

    /// <summary>Which kind.</summary>
    public required StoreKind Kind { get; init; }

    /// <summary>The servers, any of which leads to the others; sentinels if there is a <see cref="ServiceName"/>. At least one unless there is no store.</summary>
    public required ImmutableArray<ServerAddress> Hosts { get; init; }

    /// <summary>True to speak TLS.</summary>
    public bool UsesTls { get; init; }

    /// <summary>True to believe any certificate.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>The certificates (PEM) that sign the server's; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>Whom to log in as; null for the default user.</summary>
    public string? User { get; init; }

    /// <summary>Null if none is needed. Never to be shown.</summary>
    public string? Password { get; init; }

    /// <summary>Number of the database, from 0.</summary>
    public int Database { get; init; }

    /// <summary>What the sentinels call the primary; null if the hosts are no sentinels.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The store of this kind on this machine.</summary>
    public static StoreAddress Local(StoreKind kind, int port) => new() { Kind = kind, Hosts = [new ServerAddress("localhost", port)] };

    /// <summary>Reads the value of <c>--store</c>; else one line says where it is wrong and what to write. The line never holds a password.</summary>
    public static bool TryParse(string text, out StoreAddress address, out string error) => StoreUrl.TryParse(text, out address, out error);

    /// <summary>For people: as it was written, without user, password and certificates.</summary>
    public override string ToString()
    {
        string hosts = string.Join(',', Hosts);
        string text = Kind switch
        {
            StoreKind.None => "none",
            StoreKind.Auto => hosts,
            StoreKind.Embedded => $"embedded:{Hosts[0].Port}",
            _ => $"{(UsesTls ? "rediss" : "redis")}://{hosts}",
        };
        return text + (Database == 0 ? "" : $"/{Database}") + (ServiceName is null ? "" : $"?serviceName={ServiceName}");
    }
}
