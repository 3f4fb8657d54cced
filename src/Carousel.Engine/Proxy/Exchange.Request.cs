using Carousel.Core.Telemetry;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>The request leg: from the client to the server.</summary>
internal sealed unsafe partial class Exchange
{
    /// <summary>The server stopped reading the request before its end. It may still respond, but its connection is not reused.</summary>
    private bool _requestIncomplete;

    /// <summary>Start. To Route, ReceiveBody (servers have request limits), or Done (malformed).</summary>
    private Step AcceptRequest()
    {
        ref MessageBuffer buffer = ref _request.Buffer;
        _worker.Counters.Requests++;
        ulong key = EditRequest();
        buffer.Hold();
        _isKept = true;
        _request.Framing.Begin(_head.Body, _head.ContentLength, _head.Body, dropsTrailers: _head.ConnectionNamesFields);
        if (buffer.Unframed > 0 && !_request.Framing.Ended && !_request.Framing.Take(ref buffer, _worker.Trailers))
        {
            _client!.RefuseRest();
            return Fail(FailureReason.BadChunk);
        }
        _selection.Begin(OwnServerTag, key);
        Enter(MustReceiveBody() ? RequestLeg.ReceiveBody : RequestLeg.Route);
        return Step.Progress;
    }

    /// <summary>SendHead. To StreamBody, Done (all is sent, or the server stopped reading), or Route (another connection).</summary>
    private Step StepSendHead()
    {
        if (_responseLeg == ResponseLeg.Idle)
        {
            SendRequestHead();
            _sentAt = _worker.Loop.NowMicros;
            _recorder.Connected();
            _retries.OnSending();
            Enter(ResponseLeg.ReadHead);
        }
        switch (SendPending(ref _request, _server!.Stream, _requestDeadline))
        {
            case RelayResult.Blocked:
                return Step.Blocked;
            case RelayResult.SinkCut:
                return RequestNotTaken();
            default:
                Enter(_request.Framing.Ended ? RequestLeg.Done : RequestLeg.StreamBody);
                return Step.Progress;
        }
    }

    private void SendRequestHead()
    {
        ref MessageBuffer buffer = ref _request.Buffer;
        if (!buffer.IsAcquired)
        {
            buffer.AcquireForHead(_worker.Slab, _head.Length);
        }
        _server!.SendHead(_head, ref buffer);
    }

    /// <summary>StreamBody. To Done; on a failure of the server, to Route (another connection).</summary>
    private Step StepRequestBody()
    {
        RelayResult result = _request.Run(_client!.Stream, _server!.Stream, _worker);
        switch (result)
        {
            case RelayResult.Ended:
                Enter(RequestLeg.Done);
                return Step.Progress;
            case RelayResult.SourceCut:
                return End(FailureReason.ClientClosed);
            case RelayResult.SinkCut:
                return RequestNotTaken();
            case RelayResult.Malformed:
                _client!.RefuseRest();
                return Fail(FailureReason.BadChunk);
            default:
                WatchRate();
                return Continue(result, _requestDeadline, _worker.Timeouts.Body);
        }
    }

    /// <summary>Tunnel. To Done at the client's end, which is forwarded to the server.</summary>
    private Step StepRequestTunnel()
    {
        RelayResult result = _request.Run(_client!.Stream, _server!.Stream, _worker);
        switch (result)
        {
            case RelayResult.Ended:
                _server!.Stream.ShutdownSend();
                Enter(RequestLeg.Done);
                return Step.Progress;
            case RelayResult.SourceCut or RelayResult.SinkCut or RelayResult.Malformed:
                return End(FailureReason.None);
            default:
                return Continue(result, _requestDeadline, _worker.Timeouts.Tunnel);
        }
    }

    /// <summary>Sends what is pending. A partial send is progress too: it rearms the deadline.</summary>
    private RelayResult SendPending(ref BodyRelay flow, ByteStream sink, Deadline deadline)
    {
        int before = flow.Buffer.Start;
        RelayResult result = flow.SendPending(sink);
        if (result == RelayResult.Blocked && flow.Buffer.Start != before)
        {
            Arm(deadline, _worker.Timeouts.Body);
        }
        return result;
    }

    /// <summary>Rearms the deadline if bytes were moved.</summary>
    private Step Continue(RelayResult result, Deadline deadline, long timeoutMs)
    {
        if (result == RelayResult.Blocked)
        {
            return Step.Blocked;
        }
        _lastMoved = _worker.Loop.Now;
        Arm(deadline, timeoutMs);
        return result == RelayResult.Yielded ? Step.Yield : Step.Progress;
    }

    /// <summary>
    /// The server takes no more bytes. If it took none, another connection is tried. Otherwise it may have sent a response before it closed (413, for
    /// example), so the response is awaited.
    /// </summary>
    private Step RequestNotTaken()
    {
        if (_response.Buffer.Unframed == 0 && _responseLeg == ResponseLeg.ReadHead && _request.Buffer.IsUnsent)
        {
            return RetryOr(FailureReason.ServerClosed);
        }
        _requestIncomplete = true;
        Enter(RequestLeg.Done);
        return Step.Progress;
    }
}
