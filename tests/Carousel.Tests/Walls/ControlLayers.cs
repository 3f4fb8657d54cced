namespace Carousel.Tests.Walls;

/// <summary>The layers of the control side.</summary>
internal static class ControlLayers
{
    private const string Control = "Carousel.Control";
    private const string Core = "Carousel.Core";
    private const string Store = $"{Control}.Store";

    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        [$"{Control}.Supervision"] = [Core],
        [$"{Control}.Files"] = [$"{Control}.Supervision"],
        [$"{Control}.Discovery"] = [Core, $"{Control}.Files", $"{Control}.Supervision"],
        [$"{Control}.Probes"] = [Core, $"{Control}.Supervision"],
        [$"{Control}.Telemetry"] = [Core, $"{Control}.Discovery", $"{Control}.Files", $"{Control}.Supervision"],
        [$"{Store}.Client"] = [Core, $"{Control}.Files"],
        [$"{Store}.Keys"] = [Core, $"{Store}.Client"],
        [$"{Store}.Records"] = [Core, $"{Store}.Client", $"{Store}.Keys"],
        [$"{Store}.Embedded"] = [Core, $"{Control}.Supervision"],
        [Store] = [Core, $"{Store}.Client", $"{Store}.Keys", $"{Store}.Records", $"{Control}.Supervision", $"{Control}.Telemetry"],
        [$"{Control}.Dashboard"] = [Core, $"{Store}.Client", $"{Control}.Supervision", $"{Control}.Telemetry"],
        [$"{Control}.Admin"] = [Core, $"{Control}.Dashboard", $"{Control}.Discovery", Store, $"{Control}.Telemetry"],
    };

    public static Layers All { get; } = new(Control, s_allowed);
}
