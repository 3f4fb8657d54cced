using Carousel.Core.Telemetry;

namespace Carousel.Core.Health;

/// <summary>The reason of a server's last ejection. Immutable.</summary>
/// <param name="Reason">Reason of the last failure; none if it was a status.</param>
/// <param name="Status">Status of the last failure; 0 if it had none.</param>
/// <param name="Failures">Number of failures.</param>
/// <param name="Requests">Number of requests in the window; 0 if the failures were in a row.</param>
/// <param name="AtMs">Time of the ejection, by the workers' clock.</param>
/// <param name="ForMs">Ejection time in milliseconds.</param>
public sealed record Ejection(FailureReason Reason, int Status, int Failures, int Requests, long AtMs, long ForMs);
