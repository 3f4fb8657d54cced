using System.Buffers.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// A server's capacity and load, from a response (docs/POLICIES.md): <c>X-Carousel-Capacity</c>, <c>X-Carousel-Load</c>, and
/// <c>endpoint-load-metrics</c> of ORCA (the fields of xds.data.orca.v3.OrcaLoadReport, as <c>TEXT name=value, ...</c> or
/// <c>JSON {...}</c>). Pure; allocates nothing. Malformed or invalid values (not a number, negative) are ignored.
/// </summary>
internal struct LoadReport
{
    private double _ownLoad = double.NaN, _application = double.NaN, _cpu = double.NaN;

    public LoadReport()
    {
    }

    /// <summary>The server's capacity in the unit of weights; NaN if not reported.</summary>
    public double Capacity { get; private set; } = double.NaN;

    /// <summary>
    /// The server's load, 1 for fully loaded; NaN if not reported. The balancer's own field has priority; of ORCA the application-defined
    /// utilization, if present (gRFC A58: above 0), else the CPU utilization.
    /// </summary>
    public readonly double Load => !double.IsNaN(_ownLoad) ? _ownLoad : _application > 0 ? _application : _cpu;

    /// <summary>Reads the fields of a head that has at least one of <see cref="FieldSet.Reports"/>.</summary>
    public static LoadReport Read(ResponseHead response)
    {
        ReadOnlySpan<byte> head = response.Bytes;
        var report = new LoadReport();
        foreach (ref readonly Field field in response.Fields)
        {
            switch (field.Known)
            {
                case FieldName.XCarouselCapacity when TryNumber(field.Value.Of(head), out double capacity):
                    report.Capacity = capacity;
                    break;
                case FieldName.XCarouselLoad when TryNumber(field.Value.Of(head), out double load):
                    report._ownLoad = load;
                    break;
                case FieldName.EndpointLoadMetrics:
                    report.TakeMetrics(field.Value.Of(head));
                    break;
            }
        }
        return report;
    }

    private void TakeMetrics(ReadOnlySpan<byte> value)
    {
        if (value.StartsWith("TEXT "u8))
        {
            TakeText(value["TEXT "u8.Length..]);
        }
        else if (value.StartsWith("JSON "u8))
        {
            TakeJson(value["JSON "u8.Length..]);
        }
    }

    private void TakeText(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int comma = text.IndexOf((byte)',');
            ReadOnlySpan<byte> metric = comma < 0 ? text : text[..comma];
            int sign = metric.IndexOf((byte)'=');
            if (sign > 0)
            {
                TakeMetric(metric[..sign].Trim(" \t"u8), metric[(sign + 1)..].Trim(" \t"u8));
            }
            text = comma < 0 ? default : text[(comma + 1)..];
        }
    }

    /// <summary>Reads names in the outermost object only: nested objects may have the same names.</summary>
    private void TakeJson(ReadOnlySpan<byte> json)
    {
        int depth = 0;
        for (int at = 0; at < json.Length; at++)
        {
            switch (json[at])
            {
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    break;
                case (byte)'"':
                    int end = EndOfString(json, at + 1);
                    if (end < 0)
                    {
                        return;
                    }
                    ReadOnlySpan<byte> after = json[(end + 1)..].TrimStart(" \t"u8);
                    if (depth == 1 && after.StartsWith(":"u8))
                    {
                        int stop = after.IndexOfAny((byte)',', (byte)'}');
                        TakeMetric(json[(at + 1)..end], (stop < 0 ? default : after[1..stop]).Trim(" \t"u8));
                    }
                    at = end;
                    break;
            }
        }
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] != (byte)'"')
        {
            at += json[at] == (byte)'\\' ? 2 : 1;
        }
        return at < json.Length ? at : -1;
    }

    private void TakeMetric(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("application_utilization"u8) && TryNumber(value, out double application))
        {
            _application = application;
        }
        else if (name.SequenceEqual("cpu_utilization"u8) && TryNumber(value, out double cpu))
        {
            _cpu = cpu;
        }
    }

    /// <summary>Returns true if the whole text is one number that is not negative.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> text, out double number) =>
        Utf8Parser.TryParse(text, out number, out int read) && read == text.Length && number is >= 0 and < double.PositiveInfinity;
}
