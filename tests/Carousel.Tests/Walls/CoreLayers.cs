namespace Carousel.Tests.Walls;

/// <summary>The layers of the core, each below those that may reference it.</summary>
internal static class CoreLayers
{
    private const string Core = "Carousel.Core";

    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        [$"{Core}.Memory"] = [],
        [$"{Core}.Config"] = [],
        [$"{Core}.Net"] = [],
        [$"{Core}.Telemetry"] = [$"{Core}.Memory"],
        [$"{Core}.Sessions"] = [$"{Core}.Memory"],
        [$"{Core}.Health"] = [$"{Core}.Memory", $"{Core}.Config", $"{Core}.Telemetry"],
        [$"{Core}.Servers"] = [$"{Core}.Memory", $"{Core}.Config", $"{Core}.Health", $"{Core}.Telemetry"],
        [$"{Core}.Ring"] = [$"{Core}.Memory", $"{Core}.Servers"],
        [$"{Core}.Events"] = [$"{Core}.Config", $"{Core}.Servers", $"{Core}.Telemetry"],
        [$"{Core}.Policies"] = [$"{Core}.Config", $"{Core}.Health", $"{Core}.Servers", $"{Core}.Ring"],
        [$"{Core}.Pools"] =
        [
            $"{Core}.Memory", $"{Core}.Config", $"{Core}.Telemetry", $"{Core}.Sessions", $"{Core}.Health", $"{Core}.Servers", $"{Core}.Ring", $"{Core}.Events", $"{Core}.Policies",
        ],
    };

    public static Layers All { get; } = new(Core, s_allowed);
}
