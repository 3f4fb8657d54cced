using Carousel.Core.Policies;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Decides which of a worker's requests are traced: those with a trace context that is sampled, and a share of those without a trace context. A context that
/// is not sampled is respected: a trace with gaps is of no use.
/// </summary>
/// <param name="share">Share of the requests without a trace context, 0 to 1.</param>
/// <param name="seed">Differs between workers and replicas.</param>
internal sealed class TraceSampler(double share, ulong seed)
{
    private readonly ulong _threshold = share >= 1 ? ulong.MaxValue : (ulong)(share * ulong.MaxValue);
    private SplitMix _random = new(seed);

    /// <summary>If the request is to be traced, writes its trace id and our span id into the record.</summary>
    /// <param name="request">The request.</param>
    /// <param name="record">The request's record.</param>
    /// <param name="isNew">The trace begins here: the client's trace state does not belong to it.</param>
    public bool TryTrace(RequestHead request, ref RequestRecord record, out bool isNew)
    {
        isNew = false;
        if (request.Present.Has(FieldName.Traceparent) && TryRead(request, out TraceParent parent))
        {
            if (!parent.IsSampled)
            {
                return false;
            }
            (record.TraceId, record.ParentSpanId) = (parent.TraceId, parent.ParentId);
        }
        else
        {
            if (_threshold == 0 || _random.Next() > _threshold)
            {
                return false;
            }
            isNew = true;
            record.TraceId = new UInt128(_random.Next(), NextId());
        }
        record.SpanId = NextId();
        return true;
    }

    /// <summary>An id of zeros is invalid.</summary>
    private ulong NextId() => Math.Max(1, _random.Next());

    /// <summary>Several fields count as none (section 3.2 of the recommendation).</summary>
    private static bool TryRead(RequestHead request, out TraceParent parent)
    {
        parent = default;
        int found = 0;
        foreach (ref readonly Field field in request.Fields)
        {
            if (field.Known == FieldName.Traceparent)
            {
                if (++found > 1 || !TraceParent.TryParse(field.Value.Of(request.Bytes), out parent))
                {
                    return false;
                }
            }
        }
        return found == 1;
    }
}
