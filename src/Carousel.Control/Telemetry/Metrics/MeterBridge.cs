using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Carousel.Control.Telemetry;

/// <summary>
/// Exposes the counters and gauges as instruments of the meter <see cref="MeterName"/> to in-process listeners. Free of cost without a listener.
/// Histograms are not exposed: there is no instrument for pre-aggregated values (docs/decisions/0015-metrics.md).
/// </summary>
public sealed class MeterBridge : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Carousel";

    /// <summary>How long a reading is reused: a listener reads one instrument after the other.</summary>
    private static readonly TimeSpan ReadingServes = TimeSpan.FromMilliseconds(200);

    private readonly Meter _meter = new(MeterName);
    private readonly MetricsCollector _collector;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Reading? _reading;
    private long _readAt;

    /// <param name="collector">The source of the metrics.</param>
    /// <param name="time">The clock.</param>
    public MeterBridge(MetricsCollector collector, TimeProvider time)
    {
        (_collector, _time) = (collector, time);
        foreach (Metric metric in collector.Metrics)
        {
            string? unit = metric.Unit.Length == 0 ? null : metric.Unit;
            switch (metric.Kind)
            {
                case MetricKind.Counter:
                    _meter.CreateObservableCounter(metric.Name, () => Read(metric), unit, metric.Help);
                    break;
                case MetricKind.Gauge:
                    _meter.CreateObservableGauge(metric.Name, () => Read(metric), unit, metric.Help);
                    break;
            }
        }
    }

    /// <summary>Removes the meter.</summary>
    public void Dispose() => _meter.Dispose();

    /// <summary>True for an instrument of this meter, as opposed to another meter of the same name.</summary>
    internal bool Owns(Instrument instrument) => ReferenceEquals(instrument.Meter, _meter);

    private List<Measurement<double>> Read(Metric metric)
    {
        lock (_gate)
        {
            if (_reading is null || _time.GetElapsedTime(_readAt) > ReadingServes)
            {
                var reading = new Reading();
                _collector.Collect(reading);
                (_reading, _readAt) = (reading, _time.GetTimestamp());
            }
            return _reading.Of(metric);
        }
    }

    private sealed class Reading : IMetricSink
    {
        private readonly Dictionary<Metric, List<Measurement<double>>> _measurements = [];
        private Metric? _metric;

        public List<Measurement<double>> Of(Metric metric) => _measurements[metric];

        public void Begin(Metric metric)
        {
            _metric = metric;
            _measurements.Add(metric, []);
        }

        public void Add(double value, params ReadOnlySpan<string> labels)
        {
            var tags = new TagList();
            for (int i = 0; i < labels.Length; i++)
            {
                tags.Add(_metric!.Labels[i], labels[i]);
            }
            _measurements[_metric!].Add(new Measurement<double>(value, tags));
        }

        public void Add(in HistogramValue value, params ReadOnlySpan<string> labels)
        {
            // No instrument supports it.
        }
    }
}
