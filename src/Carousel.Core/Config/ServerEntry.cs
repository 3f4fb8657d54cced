namespace Carousel.Core.Config;

/// <summary>What one line of servers.txt says. Immutable.</summary>
public sealed record ServerEntry
{
    /// <summary>The largest <see cref="Weight"/>.</summary>
    public const int MaxWeight = 1000;

    /// <summary>The largest <see cref="MaxRequests"/>.</summary>
    public const int MaxRequestsLimit = 1_000_000;

    /// <summary>Where the server listens.</summary>
    public required ServerAddress Address { get; init; }

    /// <summary>Relative capacity, 0 to 1000; 1 if not given. 0 takes only visitors who already belong to it.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Most requests in flight at once; null for no limit.</summary>
    public int? MaxRequests { get; init; }

    /// <summary>True if it serves only when no other server can.</summary>
    public bool Backup { get; init; }

    /// <summary>True if it takes no new visitors.</summary>
    public bool Drain { get; init; }

    /// <summary>What people call it; its address if not given.</summary>
    public required string Name { get; init; }

    /// <summary>How lines for people call it: its URL, and its name if it was given one.</summary>
    public string Label => Name == Address.ToString() ? Address.Url : $"{Address.Url} ({Name})";

    /// <summary>The line in servers.txt, from 1.</summary>
    public int Line { get; init; }
}
