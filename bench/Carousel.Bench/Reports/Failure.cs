namespace Carousel.Bench.Reports;

/// <summary>A peer that broke in a scenario: its samples there are incomplete.</summary>
internal sealed record Failure(string Scenario, string Peer, string Message);
