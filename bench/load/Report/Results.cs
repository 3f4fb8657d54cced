using Carousel.Load.Scenarios;

namespace Carousel.Load.Report;

/// <summary>A peer that broke in a scenario: its samples there are incomplete.</summary>
internal sealed record Failure(string Scenario, string Peer, string Message);

/// <summary>All that a run measured, and the questions that the report asks of it.</summary>
internal sealed class Results
{
    public List<LoadSample> Loads { get; } = [];

    public List<IdleSample> Idles { get; } = [];

    public List<StartSample> Starts { get; } = [];

    public List<Failure> Failures { get; } = [];

    public IEnumerable<LoadSample> Of(string scenario, string peer) =>
        Loads.Where(sample => sample.Scenario == scenario && sample.Peer == peer);

    /// <summary>
    /// Carousel's CPU a request by the peer's: the median of the ratios of the same round, so that what changes on the machine
    /// from round to round meets both. Null if either wasn't measured.
    /// </summary>
    public double? Ratio(string scenario, string peer) => Compare(scenario, peer, (own, other) => own.Cpu.Total / other.Cpu.Total);

    /// <summary>The user CPU a request of Carousel's worker beyond that of the peer's, likewise.</summary>
    public double? MoreUser(string scenario, string peer) => Compare(scenario, peer, (own, other) => own.Worker.User - other.Worker.User);

    /// <summary>Whether something of the peer's in the scenario went wrong, so that its numbers count for nothing.</summary>
    public bool IsBroken(string scenario, string peer) =>
        Failures.Any(failure => failure.Scenario == scenario && failure.Peer == peer)
        || Of(scenario, peer).Any(sample => sample.Errors > 0)
        || (scenario == ScenarioCatalog.Idle && Idles.Any(sample => sample.Peer == peer && sample.Lost > 0));

    private double? Compare(string scenario, string peer, Func<LoadSample, LoadSample, double> compare) => Median(
        from own in Of(scenario, ScenarioCatalog.OwnPeer(scenario))
        join other in Of(scenario, peer) on own.Round equals other.Round
        select compare(own, other));

    /// <summary>The middle value, between the two middle ones if their number is even; null of nothing.</summary>
    public static double? Median(IEnumerable<double> values)
    {
        double[] sorted = values.Order().ToArray();
        int middle = sorted.Length / 2;
        return sorted.Length switch
        {
            0 => null,
            var count when count % 2 == 1 => sorted[middle],
            _ => (sorted[middle - 1] + sorted[middle]) / 2,
        };
    }
}
