using System.Text.Json;
using System.Text.RegularExpressions;
using Carousel.Control.Telemetry;
using Carousel.Tests.Walls;
using Xunit;

namespace Carousel.Tests.Telemetry;

/// <summary>Documents, dashboards and alerts match the metrics in the code.</summary>
public partial class MetricsDocumentsTests
{
    [Fact]
    public void Document_Tables_MatchTheMetrics()
    {
        IEnumerable<string> expected = AllMetrics.Of().Select(Row);
        IEnumerable<string> written = File.ReadAllLines(Path.Combine(Sources.Root, "docs/METRICS.md")).Where(line => RowPattern().IsMatch(line));
        Assert.Equal(expected.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("deploy/grafana-dashboard.json")]
    [InlineData("deploy/alerts.yaml")]
    public void DeployedFile_Metrics_Exist(string path)
    {
        string[] known = [.. AllMetrics.Of().SelectMany(metric => metric.Kind == MetricKind.Histogram
            ? (string[])[$"{metric.Name}_bucket", $"{metric.Name}_sum", $"{metric.Name}_count"] : [metric.Name])];
        string[] used = [.. NamePattern().Matches(File.ReadAllText(Path.Combine(Sources.Root, path))).Select(match => match.Value).Distinct()];
        Assert.Empty(used.Except(known));
        Assert.True(used.Length > 5);
    }

    [Fact]
    public void Dashboard_Panels_HaveQueriesAndTitles()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Sources.Root, "deploy/grafana-dashboard.json")));
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()];
        JsonElement[] charts = [.. panels.Where(panel => panel.GetProperty("type").GetString() != "row")];
        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.All(charts, panel => Assert.NotEmpty(panel.GetProperty("title").GetString()!));
        Assert.All(charts, panel => Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray()));
    }

    private static string Row(Metric metric)
    {
        string labels = metric.Labels.Length == 0 ? "" : " " + string.Join(", ", metric.Labels.Select(label => $"`{label}`"));
        return $"| `{metric.Name}` | {metric.Kind.ToString().ToLowerInvariant()} |{labels} | {metric.Help} |";
    }

    [GeneratedRegex("^\\| `(carousel|process)_")]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"\b(carousel|process)_[a-z_]+\b")]
    private static partial Regex NamePattern();
}
