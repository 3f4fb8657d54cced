namespace Carousel.Core.Config;

/// <summary>One line of servers.txt. Immutable.</summary>
public sealed record ServerEntry
{
    /// <summary>The largest <see cref="Weight"/>.</summary>
    public const int MaxWeight = 1000;

    /// <summary>The largest <see cref="MaxRequests"/>.</summary>
    public const int MaxRequestsLimit = 1_000_000;

    /// <summary>The server's address.</summary>
    public required ServerAddress Address { get; init; }

    /// <summary>Relative capacity, 0 to 1000; default 1. With 0 the server takes only requests of its existing sessions.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Maximum number of requests in flight; null for no limit.</summary>
    public int? MaxRequests { get; init; }

    /// <summary>True for a backup: it serves only when no other server can.</summary>
    public bool Backup { get; init; }

    /// <summary>True if it takes no new sessions.</summary>
    public bool Drain { get; init; }

    /// <summary>Display name; the address if none is given.</summary>
    public required string Name { get; init; }

    /// <summary>Label in log lines and messages: the URL, with the name if one is given.</summary>
    public string Label => Name == Address.ToString() ? Address.Url : $"{Address.Url} ({Name})";

    /// <summary>Line number in servers.txt, from 1.</summary>
    public int Line { get; init; }
}
