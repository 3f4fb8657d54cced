using Carousel.Bench.Reports;

namespace Carousel.Bench.Load;

/// <summary>All measurements of a run, and the values derived from them for the report.</summary>
internal sealed class LoadResults(IReadOnlyList<Failure> failures)
{
    public List<LoadSample> Loads { get; } = [];

    public List<IdleSample> Idles { get; } = [];

    public List<StartSample> Starts { get; } = [];

    public IEnumerable<LoadSample> Of(string scenario, string peer) =>
        Loads.Where(sample => sample.Scenario == scenario && sample.Peer == peer);

    /// <summary>
    /// Carousel's CPU a request by the peer's: the median of the ratios of the same round, so that what changes on the machine
    /// from round to round meets both. Null if either wasn't measured.
    /// </summary>
    public double? Ratio(string scenario, string peer) =>
        Compare(scenario, ScenarioCatalog.OwnPeer(scenario), peer, (own, other) => own.Cpu.Total / other.Cpu.Total);

    /// <summary>The user CPU a request of one peer's worker minus that of another's, likewise.</summary>
    public double? MoreUser(string scenario, string own, string peer) => Compare(scenario, own, peer, (one, other) => one.Worker.User - other.Worker.User);

    /// <summary>Whether something of the peer's in the scenario went wrong, so that its numbers count for nothing.</summary>
    public bool IsBroken(string scenario, string peer) =>
        failures.Any(failure => failure.Scenario == scenario && failure.Peer == peer)
        || Of(scenario, peer).Any(sample => sample.Errors > 0)
        || (scenario == ScenarioCatalog.Idle && Idles.Any(sample => sample.Peer == peer && sample.Lost > 0));

    private double? Compare(string scenario, string own, string peer, Func<LoadSample, LoadSample, double> compare) => Statistics.Median(
        from one in Of(scenario, own)
        join other in Of(scenario, peer) on one.Round equals other.Round
        select compare(one, other));
}
