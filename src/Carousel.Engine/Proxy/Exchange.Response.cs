using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>The response leg: from the server, or from the balancer itself, to the client.</summary>
internal sealed partial class Exchange
{
    private long _lastMoved;

    /// <summary>When sending the request began, in the reactor's microseconds: the start of the server's latency.</summary>
    private long _sentAt;

    /// <summary>ReadHead. To StreamBody, Tunnel (101), Idle (another connection is tried), Error, or Done.</summary>
    private Step StepReadResponseHead()
    {
        // An interim response is sent before the next head is received: its place is needed.
        RelayResult sent = _response.SendPending(_client!.Stream);
        if (sent != RelayResult.Moved)
        {
            return sent == RelayResult.Blocked ? Step.Blocked : End(FailureReason.ClientClosed);
        }
        ResponseHead head = _worker.ResponseHeads.Rent();
        HeadResult result = _server!.ReadHead(_head.Method, head, ref _response.Buffer, out FailureReason reason);
        Step step = result switch
        {
            HeadResult.Blocked => Step.Blocked,
            HeadResult.Partial => Step.Progress,
            HeadResult.Complete when head.IsInterim => PassInterim(head),
            HeadResult.Complete when head.Status == 101 => SwitchProtocols(head),
            HeadResult.Complete => AcceptResponse(head),
            HeadResult.Rejected => Fail(reason),
            HeadResult.Closed => RetryOr(FailureReason.ServerClosed),
            _ => Fail(FailureReason.BadAnswer),
        };
        _worker.ResponseHeads.Return(head);
        return step;
    }

    private Step PassInterim(ResponseHead head)
    {
        LetGo();
        if (head.Status == 100)
        {
            _rate.OnContinue();
        }
        ResponseEdits.Apply(head, default, default);
        // The response deadline is not rearmed: interim responses alone must not postpone it.
        _client!.SendInterim(head, ref _response.Buffer);
        return Step.Progress;
    }

    private Step SwitchProtocols(ResponseHead head)
    {
        if (!_head.Upgrade || !head.Upgrade || _requestLeg != RequestLeg.Done)
        {
            return Fail(FailureReason.BadAnswer);
        }
        ObserveResponse(head);
        EditResponse(head);
        _client!.SwitchProtocols(head, ref _response);
        LetGo();
        _request.Framing.BeginTunnel();
        _lastMoved = _worker.Loop.Now;
        Enter(RequestLeg.Tunnel);
        Enter(ResponseLeg.Tunnel);
        return Step.Progress;
    }

    private Step AcceptResponse(ResponseHead head)
    {
        ObserveResponse(head);
        EditResponse(head);
        _client!.SendHead(head, isRequestRead: _requestLeg == RequestLeg.Done && !_requestIncomplete, ref _response);
        LetGo();
        ref MessageBuffer buffer = ref _response.Buffer;
        if (buffer.Unframed > 0 && !_response.Framing.Ended && !_response.Framing.Take(ref buffer, _worker.Trailers))
        {
            buffer.Start = buffer.Framed; // Nothing of it has been sent: an error response is still possible.
            return Fail(FailureReason.BadAnswer);
        }
        if (_requestLeg == RequestLeg.Done && !_response.Framing.Ended)
        {
            // The response may take long, and the request can no longer be retried.
            ReleaseSentRequest();
        }
        Enter(ResponseLeg.StreamBody);
        return Step.Progress;
    }

    /// <summary>Updates what later picks use of the server. A fast failure does not lower the server's latency.</summary>
    private void ObserveResponse(ResponseHead head)
    {
        ServerLoad load = Target!.Load;
        long now = _worker.Loop.Now;
        double tookMicros = _worker.Loop.NowMicros - _sentAt;
        bool failed = head.Status >= 500;
        load.OnResponse(failed ? Math.Max(tookMicros, load.LatencyMicros) : tookMicros, now);
        load.Reports.OnResponse(failed, now);
        _selection.Responded(head.Status, now);
        _recorder.Responded(head.Status, (long)tookMicros);
        if (head.Present.HasAny(FieldSet.Reports))
        {
            var report = LoadReport.Read(head);
            load.Reports.ReportCapacity(report.Capacity, now);
            load.Reports.ReportLoad(report.Load, now);
        }
    }

    /// <summary>Edits a final response, or 101, for any client.</summary>
    private void EditResponse(ResponseHead head)
    {
        ResponseEdits.Apply(head, head.HasDate ? default : _worker.Date, _recorder.RequestId(_head));
        if (_worker.Affinity is { } affinity)
        {
            ReadOnlySpan<byte> lines = affinity.OnResponse(ref _session, _server!.Server, _head, _recorder.Client);
            if (!lines.IsEmpty)
            {
                head.Append(lines);
                head.AddAppended();
            }
        }
    }

    /// <summary>StreamBody. To Done at the body's end; a failure cuts the client's connection.</summary>
    private Step StepResponseBody()
    {
        // Without a server the body is complete here: nothing more is received.
        RelayResult result = _response.Run(_server?.Stream!, _client!.Stream, _worker);
        switch (result)
        {
            case RelayResult.Ended:
                Enter(ResponseLeg.Done);
                return CompleteResponse();
            case RelayResult.SourceCut:
                return Cut(FailureReason.AnswerCutShort);
            case RelayResult.Malformed:
                return Cut(FailureReason.BadAnswer);
            case RelayResult.SinkCut:
                return End(FailureReason.ClientClosed);
            default:
                if (_response.Framing.Ended && _requestLeg == RequestLeg.Done)
                {
                    ReleaseServer();
                }
                WatchRate();
                return Continue(result, _responseDeadline, _worker.Timeouts.Body);
        }
    }

    /// <summary>The response is complete. The rest of the request is not read.</summary>
    private Step CompleteResponse()
    {
        if (_requestLeg != RequestLeg.Done)
        {
            _requestIncomplete = true;
            Enter(RequestLeg.Done);
        }
        return Step.Progress;
    }

    /// <summary>Tunnel. To Done at the server's end, which is forwarded to the client.</summary>
    private Step StepResponseTunnel()
    {
        RelayResult result = _response.Run(_server!.Stream, _client!.Stream, _worker);
        switch (result)
        {
            case RelayResult.Ended:
                _client!.Stream.ShutdownSend();
                Enter(ResponseLeg.Done);
                return Step.Progress;
            case RelayResult.SourceCut or RelayResult.SinkCut or RelayResult.Malformed:
                return End(FailureReason.None);
            default:
                return Continue(result, _responseDeadline, _worker.Timeouts.Tunnel);
        }
    }

    /// <summary>Error. To Done when the local response is sent.</summary>
    private Step StepLocalResponse()
    {
        switch (SendPending(ref _response, _client!.Stream, _responseDeadline))
        {
            case RelayResult.Blocked:
                return Step.Blocked;
            case RelayResult.SinkCut:
                return End(FailureReason.ClientClosed);
            default:
                Enter(ResponseLeg.Done);
                return Step.Progress;
        }
    }
}
