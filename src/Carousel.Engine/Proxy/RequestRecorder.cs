using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Net;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Sessions;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Counts a request and its attempts, records it (<see cref="RequestRecord"/>), and traces it. It also knows the request's id, which servers and the client
/// get. Reused for many requests; its own worker's thread only.
/// </summary>
internal sealed class RequestRecorder(WorkerTelemetry worker)
{
    private RequestRecord _record;
    private RequestIdText _requestId;
    private TraceParentText _traceParent;

    /// <summary>The request id that a trusted client gave, as a part of the head; empty if there is none that is valid.</summary>
    private Slice _givenId;

    /// <summary>The counters of the server that has the request.</summary>
    private ServerCounters? _counters;

    /// <summary>A server has the request, and why the attempt failed, if it has.</summary>
    private bool _isAttempting;
    private FailureReason _attemptReason;

    /// <summary>The request's head was accepted or rejected, and it has not ended.</summary>
    public bool IsRecording { get; private set; }

    /// <summary>The client's address: behind a trusted proxy, the one that the proxy reports.</summary>
    public ClientAddress Client => new(_record.Client);

    private uint SinceBegan => (uint)Math.Min(uint.MaxValue, worker.NowMicros - _record.BeganMicros);

    /// <summary>The latest attempt. There must be one.</summary>
    private ref AttemptRecord LastAttempt => ref _record.Attempts[Math.Min((int)_record.AttemptCount, RequestRecord.MaxAttempts) - 1];

    /// <summary>The value of X-Request-Id; empty if the field is not sent.</summary>
    public ReadOnlySpan<byte> RequestId(RequestHead head) => !worker.SendsRequestIds || !IsRecording ? default
        : _givenId.IsEmpty ? MemoryMarshal.CreateReadOnlySpan(ref _requestId[0], RequestIds.TextLength)
        : _givenId.Of(head.Bytes);

    /// <summary>Begins with a request of this client.</summary>
    public void Begin(ClientAddress client, ushort port)
    {
        IsRecording = true;
        _givenId = default;
        _record.Begin(worker.RequestIds.Next(), worker.NowMicros);
        (_record.Client, _record.ClientPort) = (client.Bits, port);
        if (worker.SendsRequestIds)
        {
            RequestIds.Format(_record.Id, _requestId);
        }
    }

    /// <summary>The request's head is complete and its client known.</summary>
    public void Accept(RequestHead head, scoped in ForwardingInfo info)
    {
        _givenId = info.TrustClient && head.Present.Has(FieldName.XRequestId) ? GivenId(head) : default;
        _record.IsHttp10 = head.IsHttp10;
        if (info.NamesClient)
        {
            // The port is not known for a client behind a proxy.
            (_record.Client, _record.ClientPort) = (info.Origin.Address.Bits, 0);
        }
    }

    /// <summary>Starts tracing if the request is sampled: the server gets our span as parent instead of the client's, and the record holds both.</summary>
    public void Trace(RequestHead head, scoped ref ForwardingInfo info)
    {
        if (worker.Traces is not { } sampler || !sampler.TryTrace(head, ref _record, out bool isNew))
        {
            return;
        }
        new TraceParent(_record.TraceId, _record.SpanId, IsSampled: true).Format(_traceParent);
        info.TraceParent = MemoryMarshal.CreateReadOnlySpan(ref _traceParent[0], TraceParent.TextLength);
        info.DropsTraceState = isNew;
    }

    /// <summary>A server was leased.</summary>
    public void BeginAttempt(Server server)
    {
        _counters = server.Traffic.Of(worker.Index);
        _counters.Attempts++;
        _isAttempting = true;
        _attemptReason = FailureReason.None;
        _record.RoutedMicros = SinceBegan;
        _record.AttemptCount++;
        LastAttempt = new AttemptRecord(server.Tag, _record.RoutedMicros, 0, FailureReason.None, false);
    }

    /// <summary>The attempt uses a kept connection.</summary>
    public void Reuse()
    {
        _counters!.Reuses++;
        LastAttempt.Reused = true;
    }

    /// <summary>A connection is open and the request is being sent.</summary>
    public void Connected() => _record.ConnectedMicros = SinceBegan;

    /// <summary>The attempt failed, if there is one. The first reason counts.</summary>
    public void FailAttempt(FailureReason reason)
    {
        if (_isAttempting && _attemptReason == FailureReason.None)
        {
            _attemptReason = reason;
            _counters!.Failed(reason);
        }
    }

    /// <summary>The attempt ended, successfully or not.</summary>
    public void EndAttempt()
    {
        ref AttemptRecord last = ref LastAttempt;
        last.TookMicros = SinceBegan - last.BeganMicros;
        last.Reason = _attemptReason;
        _isAttempting = false;
    }

    /// <summary>The server's response is being forwarded.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="tookMicros">The time since the request was sent.</param>
    public void Responded(int status, long tookMicros)
    {
        _counters!.CountResponse(status);
        _counters.FirstByte.Record(tookMicros);
        _record.Status = (ushort)status;
        _record.FirstByteMicros = SinceBegan;
    }

    /// <summary>The client gets a local response.</summary>
    public void RespondedLocally(int status) => _record.Status = (ushort)status;

    /// <summary>The client gets no complete response of a server. The first reason counts.</summary>
    public void Fail(FailureReason reason)
    {
        if (_record.Reason == FailureReason.None)
        {
            _record.Reason = reason;
            worker.Counters.Failed(reason);
        }
    }

    /// <summary>The request is over.</summary>
    /// <param name="head">Its head; one that is not complete is not quoted.</param>
    /// <param name="session">Its session.</param>
    /// <param name="bytesIn">Bytes received from the client.</param>
    /// <param name="bytesOut">Bytes sent to the client.</param>
    public void End(RequestHead head, in RequestSession session, long bytesIn, long bytesOut)
    {
        IsRecording = false;
        _record.TotalMicros = SinceBegan;
        if (_record.Reason == FailureReason.None)
        {
            _counters?.Total.Record(_record.TotalMicros);
        }
        if (!worker.Records.IsOn)
        {
            return;
        }
        (_record.BytesIn, _record.BytesOut) = (bytesIn, bytesOut);
        if (session.Kind != SessionKind.None)
        {
            _record.Session = session.HasSession ? new UInt128(session.Ticket.Id.High, session.Ticket.Id.Low) : 0;
            _record.SessionOutcome = session.Outcome;
        }
        RequestTexts.Write(worker.Records, ref _record, head, _givenId, worker.RecordOptions);
    }

    /// <summary>Accepts only what is valid in a field and in a log without escaping.</summary>
    private static Slice GivenId(RequestHead head)
    {
        foreach (ref readonly Field field in head.Fields)
        {
            if (field.Known == FieldName.XRequestId)
            {
                ReadOnlySpan<byte> value = field.Value.Of(head.Bytes);
                bool isGood = value.Length is > 0 and <= ForwardingInfo.MaxRequestId && value.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;
                return isGood ? field.Value : default;
            }
        }
        return default;
    }

    [InlineArray(RequestIds.TextLength)]
    private struct RequestIdText
    {
        private byte _first;
    }

    [InlineArray(TraceParent.TextLength)]
    private struct TraceParentText
    {
        private byte _first;
    }
}
