using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Which requests are traced, and what servers and records receive.</summary>
public sealed class TracingTests
{
    private const string Sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string NotSampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    private Message? _received;
    private RecordCursor _cursor;

    [Fact]
    public void Request_Sampled_IsContinuedUnderANewSpan()
    {
        RequestRecord record = Ask(0, $"traceparent: {Sampled}\r\ntracestate: rojo=1\r\n");
        Assert.Equal((new UInt128(0x0af7651916cd43dd, 0x8448eb211c80319c), 0xb7ad6b7169203331), (record.TraceId, record.ParentSpanId));
        Assert.NotEqual(0u, record.SpanId);
        Assert.Equal(($"00-0af7651916cd43dd8448eb211c80319c-{record.SpanId:x16}-01", "rojo=1"), (_received!.Field("traceparent"), _received.Field("tracestate")));
    }

    [Theory]
    [InlineData(0.0, NotSampled)]
    [InlineData(1.0, NotSampled)]
    [InlineData(0.0, "nonsense")]
    [InlineData(0.0, null)]
    [InlineData(null, Sampled)]
    [InlineData(null, "nonsense")]
    public void Request_NotTraced_IsForwardedUnchanged(double? share, string? traceParent)
    {
        RequestRecord record = Ask(share, traceParent is null ? "" : $"traceparent: {traceParent}\r\ntracestate: rojo=1\r\n");
        Assert.Equal((default, 0ul, 0ul), (record.TraceId, record.SpanId, record.ParentSpanId));
        Assert.Equal((traceParent, traceParent is null ? null : "rojo=1"), (_received!.Field("traceparent"), _received.Field("tracestate")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("traceparent: nonsense\r\ntracestate: rojo=1\r\n")]
    [InlineData("traceparent: " + Sampled + "\r\ntraceparent: " + Sampled + "\r\ntracestate: rojo=1\r\n")]
    [InlineData("tracestate: rojo=1\r\n")]
    public void Request_WithoutATrace_BeginsOneIfSampled(string fields)
    {
        RequestRecord record = Ask(1, fields);
        Assert.NotEqual(default, record.TraceId);
        Assert.Equal(0u, record.ParentSpanId);
        Assert.Equal(($"00-{record.TraceId:x32}-{record.SpanId:x16}-01", null), (_received!.Field("traceparent"), _received.Field("tracestate")));
    }

    [Fact]
    public void Requests_Many_AreTracedByShareWithDistinctIds()
    {
        using var rig = new Rig(new EngineOptions { TraceShare = 0.25 });
        var traces = new HashSet<UInt128>();
        const int count = 400;
        for (int i = 0; i < count; i++)
        {
            rig.Connect(Rig.Get("/"));
            RequestRecord record = Next(rig);
            Assert.True(record.TraceId == 0 || traces.Add(record.TraceId));
        }
        // Five standard deviations.
        Assert.InRange(traces.Count, 57, 143);
    }

    private RequestRecord Ask(double? share, string fields)
    {
        using var rig = new Rig(new EngineOptions { TraceShare = share }) { OnRequest = (_, request) => { _received = request; return [Rig.Ok("x")]; } };
        rig.Connect(Rig.Get("/", fields));
        return Next(rig);
    }

    private RequestRecord Next(Rig rig)
    {
        var copy = new RecordCopy();
        Assert.True(rig.Traffic.Records[0].TryRead(ref _cursor, copy));
        return copy.Record;
    }
}
