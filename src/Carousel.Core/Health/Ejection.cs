using Carousel.Core.Telemetry;

namespace Carousel.Core.Health;

/// <summary>Why a server was ejected the last time. Immutable.</summary>
/// <param name="Reason">The last failure; none if that was a status.</param>
/// <param name="Status">The last failure's status, 0 if it had none.</param>
/// <param name="Failures">How many.</param>
/// <param name="Requests">Of how many requests; 0 if they came one after the other.</param>
/// <param name="AtMs">When, by the workers' clock.</param>
/// <param name="ForMs">For how long.</param>
public sealed record Ejection(FailureReason Reason, int Status, int Failures, int Requests, long AtMs, long ForMs);
