using Carousel.EndToEnd.Harness;
using Carousel.Otlp;
using OpenTelemetry.Proto.Trace.V1;
using Xunit;

namespace Carousel.EndToEnd.Telemetry;

/// <summary>What the real binary exports to a collector.</summary>
public class OtlpTests
{
    private const string Sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Traces_OfSampledRequests_ArriveAndServersAreTheirChildren(bool grpc)
    {
        await using Collector collector = await Collector.StartAsync(grpc);
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync(server, "--otlp", collector.Url, "--otlp-protocol", grpc ? "grpc" : "http", "--trace-sample", "0");
        await balancer.RequestAsync($"GET /traced HTTP/1.1\r\nHost: test\r\ntraceparent: {Sampled}\r\ntracestate: a=b\r\n\r\n");
        await balancer.GetAsync("/untraced");
        await Deadlines.UntilAsync(() => !collector.Traces.IsEmpty, "a trace");
        Assert.Equal(0, await balancer.StopAsync());

        Span[] spans = [.. collector.Spans];
        Assert.Equal(2, spans.Length);
        Assert.Equal(["b7ad6b7169203331", Hex(spans[0])], spans.Select(span => Convert.ToHexStringLower(span.ParentSpanId.Span)));
        Message asked = server.Requests.Single(request => request.Target == "/traced");
        Assert.Equal(($"00-0af7651916cd43dd8448eb211c80319c-{Hex(spans[0])}-01", "a=b"), (asked["traceparent"], asked["tracestate"]));
        Assert.Null(server.Requests.Single(request => request.Target == "/untraced")["traceparent"]);
        // The final metrics are exported at shutdown.
        Assert.NotEmpty(collector.Metrics);
        long requests = collector.Metrics.Last().ResourceMetrics.Single().ScopeMetrics.Single().Metrics
            .Single(metric => metric.Name == "carousel_client_requests_total").Sum.DataPoints.Single().AsInt;
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task TraceFields_NotTraced_ArePassedOn()
    {
        await using var server = ScriptedServer.Responding("hello");
        await using var balancer = await Balancer.StartAsync(server);
        await balancer.RequestAsync($"GET / HTTP/1.1\r\nHost: test\r\ntraceparent: {Sampled}\r\ntracestate: a=b\r\n\r\n");
        Message asked = Assert.Single(server.Requests);
        Assert.Equal((Sampled, "a=b"), (asked["traceparent"], asked["tracestate"]));
    }

    private static string Hex(Span span) => Convert.ToHexStringLower(span.SpanId.Span);
}
