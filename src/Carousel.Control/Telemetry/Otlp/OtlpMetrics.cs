namespace Carousel.Control.Telemetry;

/// <summary>Metrics as an ExportMetricsServiceRequest (opentelemetry-proto: metrics.proto). One request; call Finish once.</summary>
internal sealed class OtlpMetrics : IMetricSink
{
    private const ulong Cumulative = 2;

    private readonly ProtoWriter _proto;
    private readonly ulong _startNanos, _nowNanos;
    private readonly (int Resource, int Scope) _export;
    private Metric? _metric;
    private int _message, _data;

    /// <param name="to">The output; cleared first.</param>
    /// <param name="options">For the resource attributes.</param>
    /// <param name="start">Start time of the counters.</param>
    /// <param name="now">Time of the reading.</param>
    public OtlpMetrics(ByteBuffer to, OtlpOptions options, DateTimeOffset start, DateTimeOffset now)
    {
        to.Clear();
        _proto = new ProtoWriter(to);
        (_startNanos, _nowNanos) = (Nanos(start), Nanos(now));
        _export = _proto.BeginExport(options);
    }

    public static ulong Nanos(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * (ulong)TimeSpan.NanosecondsPerTick;

    public void Begin(Metric metric)
    {
        EndMetric();
        _metric = metric;
        _message = _proto.Begin(2);
        _proto.Text(1, metric.Name);
        _proto.Text(2, metric.Help);
        _proto.Text(3, metric.Unit);
        _data = _proto.Begin(metric.Kind switch
        {
            MetricKind.Gauge => 5,
            MetricKind.Counter => 7,
            _ => 9,
        });
    }

    public void Add(double value, params ReadOnlySpan<string> labels)
    {
        int point = BeginPoint();
        if (value == (long)value)
        {
            _proto.Fixed64(6, (ulong)(long)value);
        }
        else
        {
            _proto.Double(4, value);
        }
        Labels(7, labels);
        _proto.End(point);
    }

    public void Add(in HistogramValue value, params ReadOnlySpan<string> labels)
    {
        int point = BeginPoint();
        long count = 0;
        int counts = _proto.Begin(6);
        foreach (long bucket in value.Counts)
        {
            count += bucket;
            _proto.Fixed64((ulong)bucket);
        }
        _proto.End(counts);
        int bounds = _proto.Begin(7);
        foreach (long micros in LatencyBounds.Micros)
        {
            _proto.Fixed64(BitConverter.DoubleToUInt64Bits(micros / 1e6));
        }
        _proto.End(bounds);
        _proto.Fixed64(4, (ulong)count);
        _proto.Double(5, value.SumSeconds);
        Labels(9, labels);
        _proto.End(point);
    }

    /// <summary>Finishes the request.</summary>
    public void Finish()
    {
        EndMetric();
        _proto.End(_export.Scope);
        _proto.End(_export.Resource);
    }

    private int BeginPoint()
    {
        int point = _proto.Begin(1);
        if (_metric!.Kind != MetricKind.Gauge)
        {
            _proto.Fixed64(2, _startNanos);
        }
        _proto.Fixed64(3, _nowNanos);
        return point;
    }

    private void EndMetric()
    {
        if (_metric is null)
        {
            return;
        }
        if (_metric.Kind != MetricKind.Gauge)
        {
            _proto.Varint(2, Cumulative);
        }
        if (_metric.Kind == MetricKind.Counter)
        {
            _proto.Varint(3, 1);
        }
        _proto.End(_data);
        _proto.End(_message);
        _metric = null;
    }

    private void Labels(int field, ReadOnlySpan<string> labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            _proto.Attribute(field, _metric!.Labels[i], labels[i]);
        }
    }
}
