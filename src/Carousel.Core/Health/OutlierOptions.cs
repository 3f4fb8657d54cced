namespace Carousel.Core.Health;

/// <summary>When failed requests eject a server, and for how long.</summary>
public sealed record OutlierOptions
{
    /// <summary>The longest ejection, unless <see cref="FirstTime"/> is longer.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(30);

    /// <summary>False to disable ejection.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Statuses that count as failures of the server.</summary>
    public StatusSet Statuses { get; init; } = StatusSet.Gateway;

    /// <summary>Hard failures in a row, without a response between them, that eject a server.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>The first ejection time; it doubles with each failed trial.</summary>
    public TimeSpan FirstTime { get; init; } = TimeSpan.FromSeconds(1);
}
