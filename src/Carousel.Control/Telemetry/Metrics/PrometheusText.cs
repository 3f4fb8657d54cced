namespace Carousel.Control.Telemetry;

/// <summary>
/// Formats metrics as Prometheus text, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats). One thread at a time. Dispose after
/// the text was sent.
/// </summary>
public sealed class PrometheusText : IMetricSink, IDisposable
{
    /// <summary>The media type of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string[] Bounds = [.. LatencyBounds.Micros.ToArray().Select(micros => (micros / 1e6).ToString("0.######", null)), "+Inf"];

    private readonly ByteBuffer _text = new();
    private Metric? _metric;

    /// <summary>The text so far; valid until more is added.</summary>
    public ReadOnlyMemory<byte> Text => _text.Memory;

    /// <inheritdoc/>
    public void Begin(Metric metric)
    {
        _metric = metric;
        _text.Append("# HELP "u8);
        _text.Append(metric.Name);
        _text.Append((byte)' ');
        _text.Append(metric.Help.Replace("\\", "\\\\").Replace("\n", "\\n"));
        _text.Append("\n# TYPE "u8);
        _text.Append(metric.Name);
        _text.Append(metric.Kind switch
        {
            MetricKind.Counter => " counter\n"u8,
            MetricKind.Gauge => " gauge\n"u8,
            _ => " histogram\n"u8,
        });
    }

    /// <inheritdoc/>
    public void Add(double value, params ReadOnlySpan<string> labels)
    {
        Series(""u8, labels);
        End(value);
    }

    /// <inheritdoc/>
    public void Add(in HistogramValue value, params ReadOnlySpan<string> labels)
    {
        long below = 0;
        for (int i = 0; i < value.Counts.Length; i++)
        {
            below += value.Counts[i];
            Series("_bucket"u8, labels, Bounds[i]);
            End(below);
        }
        Series("_sum"u8, labels);
        End(value.SumSeconds);
        Series("_count"u8, labels);
        End(below);
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    /// <summary>The name and the labels, with the bound of a bucket as the last.</summary>
    private void Series(ReadOnlySpan<byte> suffix, ReadOnlySpan<string> labels, string? bound = null)
    {
        _text.Append(_metric!.Name);
        _text.Append(suffix);
        byte before = (byte)'{';
        for (int i = 0; i < labels.Length; i++)
        {
            Label(before, _metric.Labels[i], labels[i]);
            before = (byte)',';
        }
        if (bound is not null)
        {
            Label(before, "le", bound);
            before = (byte)',';
        }
        if (before != (byte)'{')
        {
            _text.Append((byte)'}');
        }
    }

    private void Label(byte before, string name, string value)
    {
        _text.Append(before);
        _text.Append(name);
        _text.Append("=\""u8);
        _text.Append(value.AsSpan().ContainsAny("\\\"\n") ? value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") : value);
        _text.Append((byte)'"');
    }

    private void End(double value)
    {
        _text.Append((byte)' ');
        if (value == (long)value)
        {
            _text.Append((long)value);
        }
        else
        {
            _text.Append(value);
        }
        _text.Append((byte)'\n');
    }
}
