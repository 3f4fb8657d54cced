using Carousel.Bench.Peers;
using Carousel.Bench.Reports;

namespace Carousel.Bench.Load;

/// <summary>A promise of Carousel's that a run holds or breaks.</summary>
/// <param name="Scenario">Where it is measured.</param>
/// <param name="Says">What is promised, for the report.</param>
/// <param name="Limit">The most it may be.</param>
/// <param name="Against">The peer it is compared with, or null.</param>
/// <param name="Measure">The measured value, null if the run has none.</param>
internal sealed record Target(string Scenario, string Says, double Limit, string? Against, Func<LoadResults, double?> Measure)
{
    private const string Carousel = CarouselPeer.ProductName;

    public static IReadOnlyList<Target> All { get; } =
    [
        .. Small(ScenarioCatalog.Small64),
        .. Small(ScenarioCatalog.Small256),
        Ratio(ScenarioCatalog.Ten, "nginx", 0.95),
        Ratio(ScenarioCatalog.Megabyte, "nginx", 0.85),
        Ratio(ScenarioCatalog.Upload, "nginx", 0.85),
        Ratio(ScenarioCatalog.Close, "nginx", 1.0),
        .. ScenarioCatalog.Loads.Select(load => Ratio(load.Name, load.Own + CarouselPeer.Before, 1.01)),
        Ratio(ScenarioCatalog.SessionReturning, HaproxyPeer.CookieName, 1.0),
        More(ScenarioCatalog.SessionReturning, 0.5),
        More(ScenarioCatalog.SessionNew, 1.5),
        new(ScenarioCatalog.Idle, "KB for an idle connection", 0.5, null, results =>
            Statistics.Median(results.Idles.Where(sample => sample.Peer == Carousel).Select(sample => sample.EachConnection.Rss))),
        new(ScenarioCatalog.Start, "ms from start to first response", 100, null, results =>
            Statistics.Median(results.Starts.Where(sample => sample.Peer == Carousel).Select(sample => sample.Milliseconds))),
        new(ScenarioCatalog.Start, "MB resident at rest", 40, null, results =>
            Statistics.Median(results.Starts.Where(sample => sample.Peer == Carousel).Select(sample => sample.AtRest.Rss / 1024))),
    ];

    /// <summary>Whose promise it is: the peer that is measured.</summary>
    public string Own { get; } = ScenarioCatalog.OwnPeer(Scenario);

    /// <summary>PASS or MISS; BROKEN if errors make the numbers worthless; null if it wasn't measured.</summary>
    public Verdict? Evaluate(LoadResults results)
    {
        string name = $"{Scenario}: {Says}";
        double? measured = Measure(results);
        if (results.IsBroken(Scenario, Own) || (Against is not null && results.IsBroken(Scenario, Against)))
        {
            return new Verdict(name, Markdown.Number(Limit, 2), Markdown.Number(measured, 2), "BROKEN");
        }

        return measured is { } value ? Verdict.Of(name, Limit, value) : null;
    }

    private static IEnumerable<Target> Small(string scenario) =>
    [
        Ratio(scenario, "nginx", 0.95),
        Ratio(scenario, "haproxy", 0.80),
        Ratio(scenario, "yarp", 0.35),
        new(scenario, "user CPU us a request", 2.0, null, results =>
            Statistics.Median(results.Of(scenario, Carousel).Select(sample => sample.Cpu.User))),
    ];

    private static Target More(string scenario, double limit) => new(
        scenario, "user CPU us a request of the worker more than without sessions", limit, Carousel, results => results.MoreUser(scenario, CarouselPeer.SessionsName, Carousel));

    private static Target Ratio(string scenario, string peer, double limit) =>
        new(scenario, $"CPU by {peer}'s", limit, peer, results => results.Ratio(scenario, peer));
}
