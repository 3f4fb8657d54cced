using System.Globalization;
using Carousel.Control.Telemetry;

namespace Carousel.Tests.Telemetry;

/// <summary>Metrics by name and labels: <c>name first second</c>; of histograms <c>name first bound</c>, <c>name first sum</c> and <c>name first count</c>.</summary>
internal sealed class Values : IMetricSink
{
    private readonly Dictionary<string, double> _values = [];
    private readonly List<Metric> _begun = [];

    public IReadOnlyList<Metric> Begun => _begun;

    /// <summary>The values of this source. Fails on undeclared or duplicate metrics.</summary>
    public static Dictionary<string, double> Of(IMetricSource source) => Of(new MetricsCollector([source]));

    public static Dictionary<string, double> Of(MetricsCollector collector)
    {
        var values = new Values();
        collector.Collect(values);
        Xunit.Assert.Equal(collector.Metrics, values.Begun);
        return values._values;
    }

    public void Begin(Metric metric) => _begun.Add(metric);

    public void Add(double value, params ReadOnlySpan<string> labels) => _values.Add(Name(labels), value);

    public void Add(in HistogramValue value, params ReadOnlySpan<string> labels)
    {
        string name = Name(labels);
        long below = 0;
        for (int i = 0; i < value.Counts.Length; i++)
        {
            below += value.Counts[i];
            string bound = i < LatencyBounds.Count ? (LatencyBounds.Micros[i] / 1e6).ToString("0.######", CultureInfo.InvariantCulture) : "count";
            _values.Add($"{name} {bound}", below);
        }
        _values.Add($"{name} sum", value.SumSeconds);
    }

    private string Name(ReadOnlySpan<string> labels)
    {
        Xunit.Assert.Equal(_begun[^1].Labels.Length, labels.Length);
        return string.Join(' ', [_begun[^1].Name, .. labels]);
    }
}
