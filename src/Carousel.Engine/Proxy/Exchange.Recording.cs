using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Sessions;

namespace Carousel.Engine.Proxy;

/// <summary>Metrics of an exchange and the record of its request (<see cref="RequestRecord"/>).</summary>
internal sealed partial class Exchange
{
    private RequestRecord _record;
    private RequestIdText _requestId;

    /// <summary>The request id that a trusted client gave, as a part of the head; empty if there is none that is valid.</summary>
    private Slice _givenId;

    /// <summary>The request's head was accepted or rejected: there is something to record.</summary>
    private bool _isRecording;

    /// <summary>The counters of the server that has the request.</summary>
    private ServerCounters? _counters;

    /// <summary>Why the current attempt failed.</summary>
    private FailureReason _attemptReason;

    /// <summary>The value of X-Request-Id; empty if the field is not sent.</summary>
    private ReadOnlySpan<byte> RequestId => !_worker.Options.RequestIds || !_isRecording ? default
        : _givenId.IsEmpty ? MemoryMarshal.CreateReadOnlySpan(ref _requestId[0], RequestIds.TextLength)
        : _givenId.Of(_head.Bytes);

    private uint SinceBegan => (uint)Math.Min(uint.MaxValue, _worker.Loop.NowMicros - _record.BeganMicros);

    /// <summary>The latest attempt. There must be one.</summary>
    private ref AttemptRecord LastAttempt => ref _record.Attempts[Math.Min((int)_record.AttemptCount, RequestRecord.MaxAttempts) - 1];

    /// <summary>Begins the record of a request whose head is complete.</summary>
    private void BeginRecord(scoped in ForwardingInfo info)
    {
        BeginRecord();
        _givenId = info.TrustClient && _head.Present.Has(FieldName.XRequestId) ? GivenId(_head) : default;
        _record.IsHttp10 = _head.IsHttp10;
        if (info.NamesClient)
        {
            // The port is not known for a client behind a proxy.
            (_record.Client, _record.ClientPort) = (info.Origin.Address.Bits, 0);
        }
    }

    /// <summary>Begins the record of a request that is not known. The client must be identified.</summary>
    private void BeginRecord()
    {
        _isRecording = true;
        _givenId = default;
        _record.Begin(_worker.RequestIds.Next(), _worker.Loop.NowMicros);
        _client!.Stream.BytesOut = 0;
        _record.Client = _client.Address.Bits;
        _record.ClientPort = (ushort)_client.Peer.Port;
        if (_worker.Options.RequestIds)
        {
            RequestIds.Format(_record.Id, _requestId);
        }
    }

    /// <summary>A server was leased.</summary>
    private void RecordAttempt(Server server)
    {
        _counters = server.Traffic.Of(_worker.Index);
        _counters.Attempts++;
        _attemptReason = FailureReason.None;
        _record.RoutedMicros = SinceBegan;
        _record.AttemptCount++;
        LastAttempt = new AttemptRecord(server.Tag, _record.RoutedMicros, 0, FailureReason.None, false);
    }

    /// <summary>The attempt ended, successfully or not.</summary>
    private void RecordAttemptEnd()
    {
        ref AttemptRecord last = ref LastAttempt;
        last.TookMicros = SinceBegan - last.BeganMicros;
        last.Reason = _attemptReason;
    }

    private void RecordReuse()
    {
        _counters!.Reuses++;
        LastAttempt.Reused = true;
    }

    /// <summary>Records the current attempt's failure, if there is an attempt.</summary>
    private void RecordAttemptFailure(FailureReason reason)
    {
        if (Target is not null && _attemptReason == FailureReason.None)
        {
            _attemptReason = reason;
            _counters!.Failed(reason);
        }
    }

    /// <summary>The server's response is being forwarded.</summary>
    private void RecordResponse(int status, long tookMicros)
    {
        _counters!.CountResponse(status);
        _counters.FirstByte.Record(tookMicros);
        _record.Status = (ushort)status;
        _record.FirstByteMicros = SinceBegan;
    }

    /// <summary>The client gets no complete response of a server. The first reason counts.</summary>
    private void RecordFailure(FailureReason reason)
    {
        if (_record.Reason == FailureReason.None)
        {
            _record.Reason = reason;
            _worker.Counters.Failed(reason);
        }
    }

    /// <summary>The request is over. Call while the client and the session are still set.</summary>
    private void EndRecord()
    {
        if (!_isRecording)
        {
            return;
        }
        _isRecording = false;
        _record.TotalMicros = SinceBegan;
        if (_record.Reason == FailureReason.None)
        {
            _counters?.Total.Record(_record.TotalMicros);
        }
        if (_worker.Records.IsOn)
        {
            WriteRecord();
        }
        _client!.Stream.BytesIn = 0;
    }

    private void WriteRecord()
    {
        _record.BytesIn = _client!.Stream.BytesIn;
        _record.BytesOut = _client.Stream.BytesOut;
        if (_session.Kind != SessionKind.None)
        {
            _record.Session = _session.HasSession ? new UInt128(_session.Ticket.Id.High, _session.Ticket.Id.Low) : 0;
            _record.SessionOutcome = _session.Kind switch
            {
                SessionKind.New => SessionOutcome.New,
                SessionKind.Stateless => SessionOutcome.Stateless,
                _ => _announcedMove ? SessionOutcome.Moved : SessionOutcome.Returning,
            };
        }
        RequestTexts.Write(_worker.Records, ref _record, _head, _givenId, _worker.RecordOptions);
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
}
