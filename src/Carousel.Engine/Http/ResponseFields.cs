using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>The meaning of a response's fields for the balancer, collected during parsing.</summary>
internal struct ResponseFields(ResponseHead head) : IFieldMeaning
{
    private readonly ResponseHead _head = head;
    private FramingFields _framing;
    private KeepAliveField _keepAlive;

    /// <inheritdoc/>
    public FailureReason Take(ref byte start, in Field field)
    {
        ReadOnlySpan<byte> value = field.Value.Of(ref start);
        switch (field.Known)
        {
            case FieldName.ContentLength:
                return _framing.TakeContentLength(ref start, field);
            case FieldName.TransferEncoding:
                return _framing.TakeTransferEncoding(ref start, field, _head.IsHttp10);
            case FieldName.Connection:
                return _framing.TakeConnection(value);
            case FieldName.KeepAlive:
                _keepAlive.Take(value);
                return FailureReason.None;
            case FieldName.Upgrade:
                _framing.TakeUpgrade(value);
                return FailureReason.None;
            default:
                return FailureReason.None;
        }
    }

    /// <summary>Completes the head after all fields were read (RFC 9112 section 6.3).</summary>
    public readonly void Finish(RequestMethod method)
    {
        ResponseHead head = _head;
        bool isNeverFramed = head.Status is < 200 or 204;
        bool isBodiless = isNeverFramed || head.Status == 304 || method == RequestMethod.Head;
        BodyKind framedAs = _framing.IsChunked ? BodyKind.Chunked : _framing.HasContentLength ? BodyKind.Length : BodyKind.None;
        head.FramedAs = isNeverFramed ? BodyKind.None : framedAs;
        head.Body = isBodiless ? BodyKind.None : framedAs == BodyKind.None ? BodyKind.UntilClose : framedAs;
        head.ContentLength = isNeverFramed ? 0 : _framing.ContentLength;

        // A server that frames a body where none is allowed may also send one: the next bytes on its connection may not be a response.
        bool mayFollow = isNeverFramed && (_framing.IsChunked || _framing.ContentLength > 0);
        head.KeepAlive = !_framing.HasClose && (!head.IsHttp10 || _framing.HasKeepAlive)
            && head.Body != BodyKind.UntilClose && !mayFollow && !_keepAlive.IsOver;
        head.ReusableMs = _keepAlive.ReusableMs;
        head.Upgrade = _framing.IsUpgrade;
        head.ConnectionNamesFields = _framing.NamesFields;
        head.HasFramingLine = _framing.HasFramingLine;
    }
}
