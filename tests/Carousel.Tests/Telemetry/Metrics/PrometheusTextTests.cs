using System.Text;
using Carousel.Control.Telemetry;
using Xunit;

namespace Carousel.Tests.Telemetry;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly PrometheusText _text = new();

    public void Dispose() => _text.Dispose();

    [Fact]
    public void Text_CounterAndGauge_HaveHelpTypeAndValues()
    {
        _text.Begin(new Metric("a_total", MetricKind.Counter, "{x}", "How many", "first", "second"));
        _text.Add(3, "x", "y");
        _text.Add(12_345_678_901, "z", "");
        _text.Begin(new Metric("b", MetricKind.Gauge, "", "How much"));
        _text.Add(0.25);
        Assert.Equal(
            "# HELP a_total How many\n# TYPE a_total counter\na_total{first=\"x\",second=\"y\"} 3\na_total{first=\"z\",second=\"\"} 12345678901\n"
            + "# HELP b How much\n# TYPE b gauge\nb 0.25\n", Text());
    }

    [Fact]
    public void Text_SpecialCharacters_AreEscaped()
    {
        _text.Begin(new Metric("a", MetricKind.Gauge, "", "back\\slash\nand line", "label"));
        _text.Add(1, "q\"b\\n\nü");
        Assert.Equal("# HELP a back\\\\slash\\nand line\n# TYPE a gauge\na{label=\"q\\\"b\\\\n\\nü\"} 1\n", Text());
    }

    [Fact]
    public void Text_Histogram_IsCumulative()
    {
        long[] counts = new long[LatencyBounds.Count + 1];
        (counts[0], counts[1], counts[^1]) = (2, 3, 1);
        _text.Begin(new Metric("h_seconds", MetricKind.Histogram, "s", "How long", "server"));
        _text.Add(new HistogramValue(counts, 1_500_000), "a");
        string[] lines = Text().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("h_seconds_bucket{server=\"a\",le=\"0.00025\"} 2", lines[2]);
        Assert.Equal("h_seconds_bucket{server=\"a\",le=\"0.0005\"} 5", lines[3]);
        Assert.Equal("h_seconds_bucket{server=\"a\",le=\"60\"} 5", lines[^4]);
        Assert.Equal("h_seconds_bucket{server=\"a\",le=\"+Inf\"} 6", lines[^3]);
        Assert.Equal("h_seconds_sum{server=\"a\"} 1.5", lines[^2]);
        Assert.Equal("h_seconds_count{server=\"a\"} 6", lines[^1]);
    }

    private string Text() => Encoding.UTF8.GetString(_text.Text.Span);
}
