using System.Text;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>The meaning of a request's fields for the balancer, collected during parsing.</summary>
internal struct RequestFields(RequestHead head) : IFieldMeaning
{
    private readonly RequestHead _head = head;
    private FramingFields _framing;
    private bool _hasHost;
    private bool _expectsContinue;

    /// <inheritdoc/>
    public FailureReason Take(ref byte start, in Field field)
    {
        ReadOnlySpan<byte> value = field.Value.Of(ref start);
        switch (field.Known)
        {
            case FieldName.Host:
                return TakeHost(ref start, field.Value);
            case FieldName.Connection:
                return _framing.TakeConnection(value);
            case FieldName.ContentLength:
                return _framing.TakeContentLength(ref start, field);
            case FieldName.TransferEncoding:
                return _framing.TakeTransferEncoding(ref start, field, _head.IsHttp10);
            case FieldName.Expect when !_head.IsHttp10:
                _expectsContinue = true;
                return Ascii.EqualsIgnoreCase(value, "100-continue"u8)
                    ? FailureReason.None
                    : FailureReason.UnsupportedExpectation;
            case FieldName.Upgrade:
                _framing.TakeUpgrade(value);
                return FailureReason.None;
            default:
                return FailureReason.None;
        }
    }

    /// <summary>Completes the head after all fields were read.</summary>
    public readonly FailureReason Finish()
    {
        RequestHead head = _head;
        // RFC 9112 section 3.2: an HTTP/1.1 request without Host is refused with 400.
        if (!_hasHost && !head.IsHttp10)
        {
            return FailureReason.BadHost;
        }
        if (_framing.IsChunked)
        {
            head.Body = BodyKind.Chunked;
        }
        else if (_framing.HasContentLength)
        {
            head.Body = BodyKind.Length;
            head.ContentLength = _framing.ContentLength;
        }
        head.KeepAlive = !_framing.HasClose && (!head.IsHttp10 || _framing.HasKeepAlive);
        head.Upgrade = _framing.IsUpgrade && !head.IsHttp10;
        head.ExpectContinue = _expectsContinue;
        head.ConnectionNamesFields = _framing.NamesFields;
        head.HasFramingLine = _framing.HasFramingLine;
        return FailureReason.None;
    }

    /// <summary>
    /// Host must appear once and be well formed. It may be empty only if the target has an authority that replaces it (RFC 9112 section
    /// 3.2.2).
    /// </summary>
    private FailureReason TakeHost(ref byte start, Slice value)
    {
        bool isAbsolute = _head.Form == TargetForm.Absolute;
        if (_hasHost || !((isAbsolute && value.IsEmpty) || Authority.IsWellFormed(ref start, value)))
        {
            return FailureReason.BadHost;
        }
        _hasHost = true;
        if (!isAbsolute)
        {
            _head.Authority = value;
        }
        return FailureReason.None;
    }
}
