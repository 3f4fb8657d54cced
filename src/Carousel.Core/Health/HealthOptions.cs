namespace Carousel.Core.Health;

/// <summary>How servers are probed, and the thresholds for a verdict.</summary>
public sealed record HealthOptions
{
    /// <summary>First retry interval after a failed probe. It doubles, up to <see cref="Interval"/>, while a server stays down.</summary>
    public static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(250);

    /// <summary>False to disable probes: every server counts as healthy.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Interval between probes of a server that is up.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Timeout of a probe of one address: for the connection, and for the response if a path is set.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed probes in a row until a server is down.</summary>
    public int Fall { get; init; } = 3;

    /// <summary>Good probes in a row until a server that is down is up again.</summary>
    public int Rise { get; init; } = 2;

    /// <summary>Path to GET; null for a connect-only probe. The options below apply only with a path.</summary>
    public string? Path { get; init; }

    /// <summary>Host field to send; null for the server's own address.</summary>
    public string? Host { get; init; }

    /// <summary>The statuses of a healthy server.</summary>
    public StatusSet Statuses { get; init; } = StatusSet.Default;

    /// <summary>Text that the first 64 KB of the response must contain; null for no check.</summary>
    public string? Body { get; init; }
}
