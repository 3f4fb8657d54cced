namespace Carousel.Core.Health;

/// <summary>When the failures of requests take a server out, and for how long.</summary>
public sealed record OutlierOptions
{
    /// <summary>The longest time out, unless <see cref="FirstTime"/> is longer.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(30);

    /// <summary>False to leave servers in, whatever becomes of their requests.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>The statuses that count as failures of the server.</summary>
    public StatusSet Statuses { get; init; } = StatusSet.Gateway;

    /// <summary>So many hard failures in a row, without an answer between them, take a server out.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>The first time out; it doubles with each trial that fails.</summary>
    public TimeSpan FirstTime { get; init; } = TimeSpan.FromSeconds(1);
}
