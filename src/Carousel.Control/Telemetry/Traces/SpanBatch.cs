using System.Buffers.Binary;
using Carousel.Core.Policies;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>
/// Spans as an ExportTraceServiceRequest (opentelemetry-proto: trace.proto): one per request and one per recorded attempt. Names follow the OpenTelemetry
/// semantic conventions for HTTP. One thread at a time.
/// </summary>
internal sealed class SpanBatch : IDisposable
{
    private const int ServerKind = 2, ClientKind = 3;
    private const int Attributes = 9;
    private const ulong StatusError = 2;

    /// <summary>The sampled flag; whether the parent is remote is not set.</summary>
    private const uint Sampled = 1;

    private static readonly byte[][] Methods = [.. new[] { "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    private readonly ByteBuffer _bytes = new();
    private readonly ByteBuffer _text = new();
    private readonly ProtoWriter _proto;
    private readonly OtlpOptions _options;
    private readonly ServerNames _names;
    private (int Resource, int Scope) _export;

    public SpanBatch(OtlpOptions options, ServerNames names)
    {
        (_options, _names, _proto) = (options, names, new ProtoWriter(_bytes));
        Clear();
    }

    /// <summary>Number of spans.</summary>
    public int Count { get; private set; }

    /// <summary>Number of spans of this request.</summary>
    public static int CountOf(in RequestRecord record) => 1 + Math.Min(record.AttemptCount, (ushort)RequestRecord.MaxAttempts);

    /// <summary>Adds a traced request.</summary>
    public void Add(RecordCopy copy, long unixMicros)
    {
        AddRequest(copy, unixMicros);
        for (int i = 0; i < CountOf(copy.Record) - 1; i++)
        {
            AddAttempt(copy, i, unixMicros);
        }
        Count += CountOf(copy.Record);
    }

    /// <summary>Finishes the message; call <see cref="Clear"/> before adding more.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        _proto.End(_export.Scope);
        _proto.End(_export.Resource);
        return _bytes.Memory;
    }

    /// <summary>Starts a new message.</summary>
    public void Clear()
    {
        _bytes.Clear();
        Count = 0;
        _export = _proto.BeginExport(_options);
    }

    public void Dispose()
    {
        _bytes.Dispose();
        _text.Dispose();
    }

    private void AddRequest(RecordCopy copy, long unixMicros)
    {
        ref readonly RequestRecord record = ref copy.Record;
        int span = Begin(copy, record.SpanId, record.ParentSpanId, ServerKind, unixMicros, record.TotalMicros);
        ReadOnlySpan<byte> target = copy.Text(RecordText.Target);
        int query = target.IndexOf((byte)'?');
        _proto.Attribute(Attributes, "url.path", query < 0 ? target : target[..query]);
        if (query >= 0)
        {
            _proto.Attribute(Attributes, "url.query", target[(query + 1)..]);
        }
        _text.Clear();
        RecordBytes.AppendAddress(_text, record.Client);
        _proto.Attribute(Attributes, "client.address", _text.Written);
        _proto.Attribute(Attributes, "network.protocol.version", record.IsHttp10 ? "1.0" : "1.1");
        Optional("server.address", copy.Text(RecordText.Host));
        Optional("user_agent.original", copy.Text(RecordText.UserAgent));
        _proto.Attribute(Attributes, "carousel.request_id", RecordBytes.RequestId(copy, stackalloc byte[16]));
        _proto.Attribute(Attributes, "carousel.attempts", (long)record.AttemptCount);
        Status(record.Status, record.Reason, isServerSide: true);
        _proto.End(span);
    }

    private void AddAttempt(RecordCopy copy, int index, long unixMicros)
    {
        ref readonly RequestRecord record = ref copy.Record;
        AttemptRecord attempt = record.Attempts[index];
        int span = Begin(copy, AttemptSpanId(record.SpanId, index), record.SpanId, ClientKind, unixMicros + attempt.BeganMicros, attempt.TookMicros);
        ServerNames.Known server = _names.Of(attempt.ServerTag);
        if (server.Entry is { } entry)
        {
            _proto.Attribute(Attributes, "server.address", entry.Address.Host);
            _proto.Attribute(Attributes, "server.port", (long)entry.Address.Port);
        }
        _proto.Attribute(Attributes, "carousel.server", server.Name);
        _proto.Attribute(Attributes, "carousel.connection.reused", attempt.Reused);
        if (index > 0)
        {
            _proto.Attribute(Attributes, "http.request.resend_count", (long)index);
        }
        Status(attempt.Reason == FailureReason.None ? record.Status : (ushort)0, attempt.Reason, isServerSide: false);
        _proto.End(span);
    }

    /// <summary>The span id of an attempt, derived from the request's span id; never 0. It is not sent to servers: their parent is the request's span.</summary>
    private static ulong AttemptSpanId(ulong request, int index) => Math.Max(1, SplitMix.Mix(request + (ulong)index + 1));

    private int Begin(RecordCopy copy, ulong id, ulong parent, int kind, long unixMicros, long tookMicros)
    {
        int span = _proto.Begin(2);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, copy.Record.TraceId);
        _proto.Bytes(1, bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        _proto.Bytes(2, bytes[..8]);
        if (parent != 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, parent);
            _proto.Bytes(4, bytes[..8]);
        }
        ReadOnlySpan<byte> method = copy.Text(RecordText.Method);
        bool isKnown = IsKnown(method);
        _proto.Text(5, isKnown ? method : "HTTP"u8);
        _proto.Varint(6, (ulong)kind);
        _proto.Fixed64(7, (ulong)unixMicros * 1000);
        _proto.Fixed64(8, (ulong)(unixMicros + tookMicros) * 1000);
        _proto.Fixed32(16, Sampled);
        _proto.Attribute(Attributes, "http.request.method", isKnown ? method : "_OTHER"u8);
        if (!isKnown)
        {
            _proto.Attribute(Attributes, "http.request.method_original", method);
        }
        return span;
    }

    /// <summary>By convention, a server span is an error from 500 on, a client span from 400 on.</summary>
    private void Status(ushort status, FailureReason reason, bool isServerSide)
    {
        if (status != 0)
        {
            _proto.Attribute(Attributes, "http.response.status_code", (long)status);
        }
        bool isError = reason != FailureReason.None || status >= (isServerSide ? 500 : 400);
        if (!isError)
        {
            return;
        }
        string type = reason == FailureReason.None ? status.ToString(System.Globalization.CultureInfo.InvariantCulture) : reason.Describe().Name;
        _proto.Attribute(Attributes, "error.type", type);
        int message = _proto.Begin(15);
        if (reason != FailureReason.None)
        {
            _proto.Text(2, reason.Describe().Sentence);
        }
        _proto.Varint(3, StatusError);
        _proto.End(message);
    }

    private void Optional(string key, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            _proto.Attribute(Attributes, key, value);
        }
    }

    private static bool IsKnown(ReadOnlySpan<byte> method)
    {
        foreach (byte[] known in Methods)
        {
            if (method.SequenceEqual(known))
            {
                return true;
            }
        }
        return false;
    }
}
