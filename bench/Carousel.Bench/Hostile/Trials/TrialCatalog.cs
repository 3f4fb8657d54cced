namespace Carousel.Bench.Hostile.Trials;

/// <summary>All trials, in the order of the report.</summary>
internal static class TrialCatalog
{
    public static IReadOnlyList<Trial> All { get; } =
        [new OutputTrial(), new AdminTrial(), new DownloadTrial(), new DescriptorTrial(), new ConnectionTrial(), new SlotTrial()];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(trial => trial.Name)];
}
