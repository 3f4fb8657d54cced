using Carousel.Control.Telemetry;
using Carousel.Core.Telemetry;
using Carousel.Otlp;
using OpenTelemetry.Proto.Metrics.V1;
using Xunit;
using Span = OpenTelemetry.Proto.Trace.V1.Span;
using SpanKind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind;
using Wire = OpenTelemetry.Proto.Metrics.V1;

namespace Carousel.Tests.Telemetry;

public class OtlpTests
{
    private readonly List<string> _messages = [];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Metrics_Exported_MatchTheCounters(bool grpc, bool gzip)
    {
        await using Collector collector = await Collector.StartAsync(grpc);
        var sample = new Sample("http://10.0.0.1 name=blue");
        sample.Of("blue").CountResponse(200);
        sample.Of("blue").Total.Record(700);
        sample.Of("blue").Total.Record(90_000_000);
        using var servers = new ServerMetrics(sample.Pool, TimeProvider.System);
        var process = new ProcessMetrics("1.2.3", 1024, TimeProvider.System);
        DateTimeOffset begun = TimeProvider.System.GetUtcNow();
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=secret%20word",
            ["OTEL_EXPORTER_OTLP_COMPRESSION"] = gzip ? "gzip" : "none",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "20",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.name=other,team=web",
            ["OTEL_SERVICE_NAME"] = "edge",
        };
        await using (var exporter = new OtlpMetricsExporter(Options(collector, grpc, variables), new MetricsCollector([servers, process]), TimeProvider.System, (_, line) => _messages.Add(line)))
        {
            exporter.Start();
            await Collector.UntilAsync(() => collector.Metrics.Count >= 2);
        }

        ResourceMetrics resource = Assert.Single(collector.Metrics.First().ResourceMetrics);
        Assert.Equal(("edge", "web", "1.2.3"), (Collector.Text(resource.Resource.Attributes, "service.name"), Collector.Text(resource.Resource.Attributes, "team"),
            Collector.Text(resource.Resource.Attributes, "service.version")));
        Wire.Metric[] metrics = [.. Assert.Single(resource.ScopeMetrics).Metrics];
        Assert.Equal([.. servers.Metrics.Concat(process.Metrics).Select(metric => (metric.Name, metric.Help, metric.Unit))],
            metrics.Select(metric => (metric.Name, metric.Description, metric.Unit)));

        Sum requests = metrics.Single(metric => metric.Name == "carousel_requests_total").Sum;
        Assert.True(requests.IsMonotonic);
        Assert.Equal(AggregationTemporality.Cumulative, requests.AggregationTemporality);
        NumberDataPoint responded = requests.DataPoints.Single(point => Collector.Text(point.Attributes, "class") == "2xx");
        Assert.Equal((1, "blue"), (responded.AsInt, Collector.Text(responded.Attributes, "server")));
        Assert.InRange(responded.TimeUnixNano, OtlpMetrics.Nanos(begun), OtlpMetrics.Nanos(TimeProvider.System.GetUtcNow()));
        Assert.InRange(responded.StartTimeUnixNano, OtlpMetrics.Nanos(begun), responded.TimeUnixNano);

        Histogram duration = metrics.Single(metric => metric.Name == "carousel_request_duration_seconds").Histogram;
        HistogramDataPoint point = Assert.Single(duration.DataPoints);
        Assert.Equal((2ul, 90.0007, LatencyBounds.Count, LatencyBounds.Count + 1), (point.Count, Math.Round(point.Sum, 6), point.ExplicitBounds.Count, point.BucketCounts.Count));
        Assert.Equal((0.001, 1ul, 1ul), (point.ExplicitBounds[2], point.BucketCounts[2], point.BucketCounts[^1]));
        Assert.Single(metrics.Single(metric => metric.Name == "carousel_servers").Gauge.DataPoints);
        Assert.Equal("secret word", collector.Heads.First()["api-key"]);
        Assert.Empty(_messages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Traces_Request_HasASpanForItselfAndEachAttempt(bool grpc)
    {
        await using Collector collector = await Collector.StartAsync(grpc);
        using var rig = new LogRig();
        await using var exporter = new TraceExporter(Options(collector, grpc), rig.Sample.Traffic, rig.Sample.Pool, TimeProvider.System, (_, line) => _messages.Add(line));
        RequestRecord record = rig.Typical() with { TraceId = new UInt128(1, 2), SpanId = 3, ParentSpanId = 4, Status = 503, Reason = FailureReason.ServerClosed };
        record.Attempts[1] = record.Attempts[1] with { Reason = FailureReason.ServerClosed };
        rig.Sample.Record(rig.Typical(), "GET", "/untraced");
        rig.Sample.Record(record, "GET", "/path?q=1", "", "example.com", "\xff");
        exporter.Start();
        await Collector.UntilAsync(() => !collector.Traces.IsEmpty);

        Span[] spans = [.. collector.Spans];
        Assert.Equal([SpanKind.Server, SpanKind.Client, SpanKind.Client], spans.Select(span => span.Kind));
        Assert.All(spans, span => Assert.Equal("00000000000000010000000000000002", Hex(span.TraceId)));
        Assert.Equal(["0000000000000004", "0000000000000003", "0000000000000003"], spans.Select(span => Hex(span.ParentSpanId)));
        Assert.Equal("0000000000000003", Hex(spans[0].SpanId));
        Assert.Distinct(spans.Select(span => Hex(span.SpanId)));
        Span request = spans[0], first = spans[1];
        Assert.Equal(("GET", 1_012_345_000ul), (request.Name, request.EndTimeUnixNano - request.StartTimeUnixNano));
        Assert.Equal((10_000ul, 1_000_000ul), (first.StartTimeUnixNano - request.StartTimeUnixNano, first.EndTimeUnixNano - first.StartTimeUnixNano));
        Assert.Equal(("/path", "q=1", "10.0.0.7", "example.com", "\ufffd", "server-closed"), (Text(request, "url.path"), Text(request, "url.query"), Text(request, "client.address"),
            Text(request, "server.address"), Text(request, "user_agent.original"), Text(request, "error.type")));
        Assert.Equal((503L, 2L), (Collector.Number(request.Attributes, "http.response.status_code"), Collector.Number(request.Attributes, "carousel.attempts")));
        Assert.Equal(("blue", "10.0.0.1", "connect-refused"), (Text(first, "carousel.server"), Text(first, "server.address"), Text(first, "error.type")));
        Assert.Equal(OpenTelemetry.Proto.Trace.V1.Status.Types.StatusCode.Error, request.Status.Code);
        await Collector.UntilAsync(() => Values.Of(exporter)["carousel_trace_spans_sent_total"] == 3);
        Assert.Empty(_messages);
    }

    [Fact]
    public async Task Traces_CollectorRefuses_AreRetriedOrCounted()
    {
        await using Collector collector = await Collector.StartAsync();
        var sample = new Sample("http://10.0.0.1 name=blue");
        await using var exporter = new TraceExporter(Options(collector, grpc: false), sample.Traffic, sample.Pool, TimeProvider.System, (_, line) => _messages.Add(line));
        exporter.Start();
        collector.Refusals.Enqueue(503);
        sample.Record(new RequestRecord { TraceId = 1, SpanId = 1 }, "GET", "/again");
        await Collector.UntilAsync(() => Values.Of(exporter)["carousel_trace_spans_sent_total"] == 1);
        collector.Refusals.Enqueue(400);
        sample.Record(new RequestRecord { TraceId = 1, SpanId = 2 }, "GET", "/refused");
        await Collector.UntilAsync(() => Values.Of(exporter)["carousel_trace_spans_lost_total refused"] == 1);
        Assert.Equal([$"otlp {collector.Url}: cannot send traces: it responded with status 503", $"otlp {collector.Url}: sending traces resumed",
            $"otlp {collector.Url}: cannot send traces: it responded with status 400"], _messages);
        Assert.Equal("/again", Text(Assert.Single(collector.Spans), "url.path"));
    }

    [Fact]
    public async Task Traces_Shutdown_SendsTheRemainingSpans()
    {
        await using Collector collector = await Collector.StartAsync();
        var sample = new Sample("http://10.0.0.1 name=blue");
        var exporter = new TraceExporter(Options(collector, grpc: false), sample.Traffic, sample.Pool, TimeProvider.System, (_, line) => _messages.Add(line));
        exporter.Start();
        sample.Record(new RequestRecord { TraceId = 1, SpanId = 1 }, "BREW", "*");
        await exporter.DisposeAsync();
        Span span = Assert.Single(collector.Spans);
        Assert.Equal(("HTTP", "_OTHER", "BREW"), (span.Name, Text(span, "http.request.method"), Text(span, "http.request.method_original")));
    }

    [Fact]
    public async Task Metrics_CollectorUnreachable_IsLoggedOnce()
    {
        var sample = new Sample("http://10.0.0.1 name=blue");
        using var servers = new ServerMetrics(sample.Pool, TimeProvider.System);
        var tried = 0;
        var source = new CountedSource(() => Interlocked.Increment(ref tried));
        OtlpOptions options = Read("http://127.0.0.1:1", OtlpProtocol.Http, new() { ["OTEL_METRIC_EXPORT_INTERVAL"] = "5" });
        await using (var exporter = new OtlpMetricsExporter(options, new MetricsCollector([source]), TimeProvider.System, (_, line) => _messages.Add(line)))
        {
            exporter.Start();
            await Collector.UntilAsync(() => Volatile.Read(ref tried) >= 3);
        }
        Assert.Equal("otlp http://127.0.0.1:1: cannot send metrics: Connection refused", Assert.Single(_messages));
    }

    [Theory]
    [InlineData(null, "", null, null)]
    [InlineData("off", "OTEL_EXPORTER_OTLP_ENDPOINT=http://a", null, null)]
    [InlineData(null, "OTEL_EXPORTER_OTLP_ENDPOINT=http://a:4318/", "http://a:4318/v1/metrics", "http://a:4318/v1/traces")]
    [InlineData("http://b/x", "OTEL_EXPORTER_OTLP_ENDPOINT=http://a", "http://b/x/v1/metrics", "http://b/x/v1/traces")]
    [InlineData("http://b", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://t/own", "http://b/v1/metrics", "https://t/own")]
    [InlineData("http://b", "OTEL_METRICS_EXPORTER=none", null, "http://b/v1/traces")]
    [InlineData("http://b", "OTEL_SDK_DISABLED=true", null, null)]
    [InlineData("http://b:4317", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "http://b:4317/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        "http://b:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    public void Options_FlagAndEnvironment_GiveTheEndpoints(string? flag, string variable, string? metrics, string? traces)
    {
        string[] pair = variable.Split('=');
        Assert.True(OtlpOptions.TryRead(flag, null, "1", name => name == pair[0] ? pair[^1] : null, out OtlpOptions? options, out _));
        Assert.Equal((metrics, traces), (options?.Metrics?.ToString(), options?.Traces?.ToString()));
    }

    [Theory]
    [InlineData("collector:4318", "", "the OTLP endpoint: expected a URL such as http://collector:4318, found \"collector:4318\"")]
    [InlineData("http://a", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=b", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: expected a URL such as http://collector:4318, found \"b\"")]
    [InlineData("http://a", "OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf or grpc, found \"http/json\"")]
    [InlineData("http://a", "OTEL_EXPORTER_OTLP_TIMEOUT=soon", "OTEL_EXPORTER_OTLP_TIMEOUT: expected milliseconds, 1 to 86400000, found \"soon\"")]
    [InlineData("http://a", "OTEL_EXPORTER_OTLP_HEADERS=secret", "OTEL_EXPORTER_OTLP_HEADERS: expected comma-separated key=value pairs")]
    public void Options_Invalid_ExplainTheError(string flag, string variable, string error)
    {
        int equals = variable.IndexOf('=');
        Assert.False(OtlpOptions.TryRead(flag, null, "1", name => equals > 0 && name == variable[..equals] ? variable[(equals + 1)..] : null, out _, out string? said));
        Assert.Equal(error, said);
    }

    private static string? Text(Span span, string key) => Collector.Text(span.Attributes, key);

    private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static OtlpOptions Options(Collector collector, bool grpc, Dictionary<string, string>? variables = null) =>
        Read(collector.Url, grpc ? OtlpProtocol.Grpc : OtlpProtocol.Http, variables ?? []);

    private static OtlpOptions Read(string url, OtlpProtocol protocol, Dictionary<string, string> variables)
    {
        Assert.True(OtlpOptions.TryRead(url, protocol, "1.2.3", variables.GetValueOrDefault, out OtlpOptions? options, out string? error), error);
        return options!;
    }

    private sealed class CountedSource(Action collected) : IMetricSource
    {
        public IReadOnlyList<Carousel.Control.Telemetry.Metric> Metrics => [];

        public void Collect(IMetricSink sink) => collected();
    }
}
