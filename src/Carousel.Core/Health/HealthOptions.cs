namespace Carousel.Core.Health;

/// <summary>How servers are probed, and how many answers make a verdict.</summary>
public sealed record HealthOptions
{
    /// <summary>The first wait where a verdict is in doubt or lost: it doubles, up to <see cref="Interval"/>, while a server stays down.</summary>
    public static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(250);

    /// <summary>False to take every server for healthy, and probe none.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Between two probes of a server that is up.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For a probe of one address: the connection, and the answer if one is asked for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>So many failures in a row make a server down.</summary>
    public int Fall { get; init; } = 3;

    /// <summary>So many successes in a row make it up again.</summary>
    public int Rise { get; init; } = 2;

    /// <summary>What to GET; null if it is enough that the server takes a connection. What follows matters only if it is given.</summary>
    public string? Path { get; init; }

    /// <summary>What to send as Host; null for the server's own address.</summary>
    public string? Host { get; init; }

    /// <summary>The statuses of a healthy server.</summary>
    public StatusSet Statuses { get; init; } = StatusSet.Default;

    /// <summary>What the answer's first 64 KB must contain; null for anything.</summary>
    public string? Body { get; init; }
}
