namespace Carousel.Tests.Walls;

/// <summary>The layers of the core, each below those that may reference it.</summary>
internal static class CoreLayers
{
    private const string Core = "Carousel.Core";

    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        [$"{Core}.Config"] = [],
        [$"{Core}.Net"] = [],
        [$"{Core}.Telemetry"] = [],
        [$"{Core}.Sessions"] = [],
        [$"{Core}.Health"] = [$"{Core}.Config", $"{Core}.Telemetry"],
        [$"{Core}.Servers"] = [$"{Core}.Config", $"{Core}.Health", $"{Core}.Telemetry"],
        [$"{Core}.Ring"] = [$"{Core}.Servers"],
        [$"{Core}.Events"] = [$"{Core}.Config", $"{Core}.Servers", $"{Core}.Telemetry"],
        [$"{Core}.Policies"] = [$"{Core}.Config", $"{Core}.Health", $"{Core}.Servers", $"{Core}.Ring"],
        [$"{Core}.Pools"] =
        [
            $"{Core}.Config", $"{Core}.Telemetry", $"{Core}.Health", $"{Core}.Servers", $"{Core}.Ring", $"{Core}.Events", $"{Core}.Policies",
        ],
    };

    public static Layers All { get; } = new(Core, s_allowed);
}
