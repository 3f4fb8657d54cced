using Carousel.Core.Policies;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Decides which of a worker's requests are traced: those whose client says that it records the trace, and of those that come without one a share. A client that
/// says that it does not record is believed: a trace with holes helps nobody.
/// </summary>
/// <param name="share">Of the requests that come without a trace, 0 to 1.</param>
/// <param name="seed">Another one for every worker and every replica.</param>
internal sealed class TraceSampler(double share, ulong seed)
{
    private readonly ulong _threshold = share >= 1 ? ulong.MaxValue : (ulong)(share * ulong.MaxValue);
    private SplitMix _random = new(seed);

    /// <summary>If the request is to be traced, puts its trace and our span into the record.</summary>
    /// <param name="head">The head, as it came.</param>
    /// <param name="request">What the parser said of it.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="record">The request's.</param>
    /// <param name="isNew">The trace begins here: whatever the client says of one is not of this.</param>
    public bool TryTrace(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, ref RequestRecord record, out bool isNew)
    {
        isNew = false;
        if (request.Present.Has(FieldName.Traceparent) && TryRead(head, fields, out TraceParent parent))
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

    /// <summary>Ids of zeros only mean that there is none.</summary>
    private ulong NextId() => Math.Max(1, _random.Next());

    /// <summary>Several fields are as good as none (section 3.2 of the recommendation).</summary>
    private static bool TryRead(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, out TraceParent parent)
    {
        parent = default;
        int found = 0;
        foreach (ref readonly Field field in fields)
        {
            if (field.Known == FieldName.Traceparent)
            {
                if (++found > 1 || !TraceParent.TryParse(field.Value.Of(head), out parent))
                {
                    return false;
                }
            }
        }
        return found == 1;
    }
}
