using Carousel.Core.Telemetry;

namespace Carousel.Core.Health;

/// <summary>What one probe of a server gave.</summary>
/// <param name="Failure">What is wrong, in a word or two for people; null if all is well.</param>
/// <param name="Reason">What is wrong, if a request could have failed so.</param>
/// <param name="Status">The status that is wrong, if one is.</param>
public readonly record struct ProbeResult(string? Failure, FailureReason Reason = FailureReason.None, int Status = 0)
{
    /// <summary>The server is as it should be.</summary>
    public static ProbeResult Good => default;

    /// <summary>True if the server is as it should be.</summary>
    public bool IsGood => Failure is null;

    /// <summary>It failed as a request might.</summary>
    public static ProbeResult Failed(FailureReason reason) => new(reason.Describe().Name, reason);
}
