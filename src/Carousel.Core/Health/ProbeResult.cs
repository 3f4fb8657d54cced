using Carousel.Core.Telemetry;

namespace Carousel.Core.Health;

/// <summary>The result of one probe.</summary>
/// <param name="Failure">Short description of the failure; null if the probe succeeded.</param>
/// <param name="Reason">Failure reason, if a request could fail in the same way.</param>
/// <param name="Status">The unexpected status, if there was one.</param>
public readonly record struct ProbeResult(string? Failure, FailureReason Reason = FailureReason.None, int Status = 0)
{
    /// <summary>A successful probe.</summary>
    public static ProbeResult Good => default;

    /// <summary>True if the probe succeeded.</summary>
    public bool IsGood => Failure is null;

    /// <summary>A failure that a request can have, too.</summary>
    public static ProbeResult Failed(FailureReason reason) => new(reason.Describe().Name, reason);
}
