using Carousel.Core.Telemetry;

namespace Carousel.Core.Health;

/// <summary>What one probe of a server gave.</summary>
/// <param name="Trouble">What is wrong, in a word or two for people; null if all is well.</param>
public readonly record struct ProbeResult(string? Trouble)
{
    /// <summary>The server is as it should be.</summary>
    public static ProbeResult Good => default;

    /// <summary>True if the server is as it should be.</summary>
    public bool IsGood => Trouble is null;

    /// <summary>It failed as a request might.</summary>
    public static ProbeResult Failed(FailureReason reason) => new(reason.Describe().Name);
}
