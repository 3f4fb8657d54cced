using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>Tracing of an exchange: the server gets our span as parent instead of the client's, and the record holds both.</summary>
internal sealed partial class Exchange
{
    private TraceParentText _traceParent;

    /// <summary>Starts tracing, if the request is sampled.</summary>
    private void Trace(TraceSampler sampler, scoped ref ForwardingInfo info)
    {
        if (!sampler.TryTrace(_head, ref _record, out bool isNew))
        {
            return;
        }
        new TraceParent(_record.TraceId, _record.SpanId, IsSampled: true).Format(_traceParent);
        info.TraceParent = MemoryMarshal.CreateReadOnlySpan(ref _traceParent[0], TraceParent.TextLength);
        info.DropsTraceState = isNew;
    }

    [InlineArray(TraceParent.TextLength)]
    private struct TraceParentText
    {
        private byte _first;
    }
}
