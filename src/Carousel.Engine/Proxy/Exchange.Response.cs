using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>The response leg: from the server, or from the balancer itself, to the client.</summary>
internal sealed unsafe partial class Exchange
{
    private long _lastMoved;

    /// <summary>When sending the request began, in the reactor's microseconds: the start of the server's latency.</summary>
    private long _sentAt;

    /// <summary>The client takes the connection's end for the body's end: a truncated body must end with a reset.</summary>
    private bool _endsWithClose;

    /// <summary>ReadHead. To StreamBody, Tunnel (101), Idle (another connection is tried), Error, or Done.</summary>
    private Step StepReadResponseHead()
    {
        ref MessageBuffer buffer = ref _response.Buffer;
        // An interim response is sent before the next head is parsed: encoding needs the headroom.
        RelayResult sent = _response.SendPending(_client!.Stream);
        if (sent != RelayResult.Moved)
        {
            return sent == RelayResult.Blocked ? Step.Blocked : End(FailureReason.ClientClosed);
        }
        if (buffer.Unframed == 0 || !_interimBefore)
        {
            Step received = ReceiveResponseHead();
            if (received != Step.Progress)
            {
                return received;
            }
        }
        _interimBefore = false;
        return ParseResponseHead();
    }

    private Step ParseResponseHead()
    {
        ResponseHead head = _worker.ResponseHeads.Rent();
        ParseStatus status = ResponseParser.Parse(_response.Buffer.UnframedBytes, _head.Method, _worker.HeadLimits, head, out FailureReason reason);
        Step step = status switch
        {
            ParseStatus.Complete when head.IsInterim => PassInterim(head),
            ParseStatus.Complete when head.Status == 101 => SwitchProtocols(head),
            ParseStatus.Complete => AcceptResponse(head),
            ParseStatus.Rejected => Fail(reason),
            _ => Step.Progress,
        };
        _worker.ResponseHeads.Return(head);
        return step;
    }

    /// <summary>True while bytes after an interim response are not parsed.</summary>
    private bool _interimBefore;

    private Step ReceiveResponseHead()
    {
        if (!_server!.Stream.Readable)
        {
            return Step.Blocked;
        }
        ref MessageBuffer buffer = ref _response.Buffer;
        buffer.Acquire(_worker.Slab);
        buffer.Compact();
        int received = _server.Stream.Receive(buffer.Base + buffer.End, buffer.Free);
        if (received > 0)
        {
            buffer.End += received;
            return Step.Progress;
        }
        if (received == ByteStream.Blocked)
        {
            if (buffer.Unframed == 0)
            {
                buffer.Release(_worker.Slab);
            }
            return Step.Blocked;
        }
        return buffer.Unframed == 0 ? RetryOr(FailureReason.ServerClosed) : Fail(FailureReason.BadAnswer);
    }

    private Step PassInterim(ResponseHead head)
    {
        ref MessageBuffer buffer = ref _response.Buffer;
        LetGo();
        if (head.Status == 100)
        {
            _rate.OnContinue();
        }
        _interimBefore = head.Length < buffer.Unframed;
        if (_head.IsHttp10)
        {
            // RFC 9110 section 15.2: interim responses are not sent to a 1.0 client.
            buffer.Framed += head.Length;
            buffer.Start = buffer.Framed;
            return Step.Progress;
        }
        // The response deadline is not rearmed: interim responses alone must not postpone it.
        SendHead(head, ConnectionDirective.None, BodyRecoding.None, default);
        return Step.Progress;
    }

    private Step SwitchProtocols(ResponseHead head)
    {
        if (!_head.Upgrade || !head.Upgrade || _requestLeg != RequestLeg.Done)
        {
            return Fail(FailureReason.BadAnswer);
        }
        ObserveResponse(head);
        SendHead(head, ConnectionDirective.Upgrade, BodyRecoding.None, SessionLines());
        _keepClient = _keepServer = false;
        LetGo();
        _request.Framing.Begin(BodyKind.UntilClose, 0, BodyRecoding.None);
        _response.Framing.Begin(BodyKind.UntilClose, 0, BodyRecoding.None);
        _lastMoved = _worker.Loop.Now;
        Enter(RequestLeg.Tunnel);
        Enter(ResponseLeg.Tunnel);
        return Step.Progress;
    }

    private Step AcceptResponse(ResponseHead head)
    {
        ObserveResponse(head);
        // If the request body is not complete, it will not be read to its end, and Connection: close must be sent now, with the head.
        _keepClient &= _requestLeg == RequestLeg.Done && !_requestIncomplete && !_worker.IsDraining;
        _keepServer = head.KeepAlive;
        // Counted from the head, not the body's end: when the server sent the body's end is not known here.
        _keepServerUntil = head.ReusableMs == 0 ? long.MaxValue : _worker.Loop.Now + head.ReusableMs;
        BodyRecoding recoding = BodyRecoding.None;
        if (head.Body == BodyKind.Chunked && _head.IsHttp10)
        {
            recoding = BodyRecoding.Dechunk;
        }
        else if (head.Body == BodyKind.UntilClose && !_head.IsHttp10)
        {
            recoding = BodyRecoding.Chunk;
        }
        _endsWithClose = _head.IsHttp10 && head.Body is BodyKind.Chunked or BodyKind.UntilClose && recoding != BodyRecoding.Chunk;
        _keepClient &= !_endsWithClose;
        ConnectionDirective directive = !_keepClient ? ConnectionDirective.Close
            : _head.IsHttp10 ? ConnectionDirective.KeepAlive : ConnectionDirective.None;
        SendHead(head, directive, recoding, SessionLines());
        _response.Framing.Begin(head.Body, head.ContentLength, recoding);
        LetGo();
        ref MessageBuffer buffer = ref _response.Buffer;
        if (buffer.Unframed > 0 && !_response.Framing.Ended && !_response.Framing.Take(ref buffer))
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

    /// <summary>Edits the head and encodes it in front of the body bytes received so far.</summary>
    /// <param name="head">The head.</param>
    /// <param name="directive">The Connection field to send.</param>
    /// <param name="recoding">The conversion of the body's framing.</param>
    /// <param name="more">Whole lines to add; usually none.</param>
    private void SendHead(ResponseHead head, ConnectionDirective directive, BodyRecoding recoding, ReadOnlySpan<byte> more)
    {
        ResponseEdits.Apply(head, head.HasDate ? default : _worker.Date, head.IsInterim ? default : _recorder.RequestId(_head));
        if (!more.IsEmpty)
        {
            head.Append(more);
            head.AddAppended();
        }
        _response.Buffer.DropHead(head.Length);
        int length = Http1ResponseEncoder.Collect(head, directive, recoding);
        Http1Encoder.Write(head, _response.Buffer.PlaceHead(length));
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
