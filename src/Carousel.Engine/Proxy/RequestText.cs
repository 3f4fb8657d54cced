using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>What a record quotes of its request. Copied while the head is available, since the record is written at the end. Grows on demand.</summary>
internal sealed class RequestText
{
    /// <summary>Maximum lengths of what is quoted of the fields that only records use.</summary>
    private const int MaxHost = 256, MaxUserAgent = 512, MaxReferer = 1024;

    private byte[] _bytes = new byte[256];
    private TextLengths _lengths;
    private int _end;

    public ref readonly TextLengths Lengths => ref _lengths;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _end);

    /// <summary>The client's request id; empty if there is no valid one.</summary>
    public ReadOnlySpan<byte> GivenId
    {
        get
        {
            int start = _lengths[(int)RecordText.Method] + _lengths[(int)RecordText.Target];
            return _bytes.AsSpan(start, _lengths[(int)RecordText.GivenId]);
        }
    }

    public void Clear()
    {
        _lengths = default;
        _end = 0;
    }

    /// <summary>Copies what is recorded of this request.</summary>
    public void Take(ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, ReadOnlySpan<byte> givenId, TrafficOptions options)
    {
        Clear();
        Add(RecordText.Method, request.MethodToken.Of(head), RequestLine.MaxMethod);
        Add(RecordText.Target, request.Target.Of(head), options.MaxTarget);
        Add(RecordText.GivenId, givenId, ForwardingInfo.MaxRequestId);
        if (options.WithFields)
        {
            Add(RecordText.Host, request.Authority.Of(head), MaxHost);
            Add(RecordText.UserAgent, Value(head, fields, "user-agent"u8), MaxUserAgent);
            Add(RecordText.Referer, Value(head, fields, "referer"u8), MaxReferer);
        }
    }

    /// <summary>Texts must be added in enum order.</summary>
    private void Add(RecordText text, ReadOnlySpan<byte> value, int atMost)
    {
        if (value.IsEmpty)
        {
            return;
        }
        value = value[..Math.Min(value.Length, atMost)];
        if (_end + value.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _end + value.Length));
        }
        value.CopyTo(_bytes.AsSpan(_end));
        _lengths[(int)text] = (ushort)value.Length;
        _end += value.Length;
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, ReadOnlySpan<byte> lowerName)
    {
        foreach (ref readonly Field field in fields)
        {
            if (field.Known == FieldName.Other && FieldNames.Is(field.Name.Of(head), lowerName))
            {
                return field.Value.Of(head);
            }
        }
        return default;
    }
}
