using System.Collections.Immutable;

namespace Carousel.Core.Config;

/// <summary>The kind of session store.</summary>
public enum StoreKind : byte
{
    /// <summary>The Redis on localhost:6379, if there is one; otherwise the embedded store on that port.</summary>
    Auto,

    /// <summary>No store: sessions are not shared between replicas and do not survive a restart.</summary>
    None,

    /// <summary>The embedded store.</summary>
    Embedded,

    /// <summary>An external Redis.</summary>
    Redis,
}

/// <summary>The session store: the value of <c>--store</c>. Immutable.</summary>
public sealed record StoreAddress
{
    /// <summary>Default port of Redis and of the embedded store.</summary>
    public const int DefaultPort = 6379;

    /// <summary>Default port of a sentinel.</summary>
    public const int DefaultSentinelPort = 26379;

    /// <summary>The default.</summary>
    public static StoreAddress Auto { get; } = Local(StoreKind.Auto, DefaultPort);

    /// <summary>No store.</summary>
    public static StoreAddress None { get; } = new() { Kind = StoreKind.None, Hosts = [] };

    /// <summary>The kind of store.</summary>
    public required StoreKind Kind { get; init; }

    /// <summary>
    /// Seed servers, any of which leads to the others; sentinels if <see cref="ServiceName"/> is set. At least one, unless there is no store.
    /// </summary>
    public required ImmutableArray<ServerAddress> Hosts { get; init; }

    /// <summary>True to use TLS.</summary>
    public bool UsesTls { get; init; }

    /// <summary>True to accept any certificate.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>The CA certificates (PEM) for the server's certificate; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>User name for authentication; null for the default user.</summary>
    public string? User { get; init; }

    /// <summary>Null if none is needed. Never print it.</summary>
    public string? Password { get; init; }

    /// <summary>Database number, from 0.</summary>
    public int Database { get; init; }

    /// <summary>The sentinels' name for the primary; null if the hosts are not sentinels.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The store of this kind on localhost.</summary>
    public static StoreAddress Local(StoreKind kind, int port) => new() { Kind = kind, Hosts = [new ServerAddress("localhost", port)] };

    /// <summary>
    /// Parses the value of <c>--store</c>. The error is one line that names the invalid part and the expected syntax; it never contains a password.
    /// </summary>
    public static bool TryParse(string text, out StoreAddress address, out string error) => StoreUrl.TryParse(text, out address, out error);

    /// <summary>Display form: as configured, without user, password and certificates.</summary>
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
