using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>What traces mean for an exchange: the server is told our span instead of the client's, and the record has both.</summary>
internal sealed partial class Exchange
{
    private TraceParentText _traceParent;

    /// <summary>Has the request traced, if it is to be.</summary>
    private void Trace(TraceSampler sampler, ReadOnlySpan<byte> head, scoped ref ForwardingInfo info)
    {
        if (!sampler.TryTrace(head, _head, _worker.Fields.AsSpan(0, _head.FieldCount), ref _record, out bool isNew))
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
