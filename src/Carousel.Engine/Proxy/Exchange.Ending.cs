using Carousel.Core.Events;
using Carousel.Core.Telemetry;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>How exchanges end. What a failure means is decided here only.</summary>
internal sealed partial class Exchange
{
    /// <summary>The worker shuts down: the exchange is cut in any state.</summary>
    public void Abandon(FailureReason reason) => End(reason);

    /// <summary>
    /// The client half-closed its connection <paramref name="withinMs"/> ago: ends the exchange, unless the client took a part of its response in that time. Then
    /// it is still present (a client that had closed would have sent a reset), and the remaining milliseconds are returned. Does nothing in a tunnel: each
    /// direction ends by itself.
    /// </summary>
    public long AbandonUnlessTaking(long withinMs)
    {
        if (_requestLeg == RequestLeg.Tunnel || _responseLeg == ResponseLeg.Tunnel)
        {
            return 0;
        }
        long leftMs = _responseLeg == ResponseLeg.StreamBody ? _lastMoved + withinMs - _worker.Loop.Now : 0;
        if (leftMs <= 0)
        {
            End(FailureReason.ClientClosed);
        }
        return Math.Max(0, leftMs);
    }

    public void OnDeadline(Deadline deadline)
    {
        Step step = ReferenceEquals(deadline, _requestDeadline) ? RequestTimedOut()
            : ReferenceEquals(deadline, _responseDeadline) ? ResponseTimedOut()
            : CheckRate();
        if (step != Step.Over)
        {
            Advance();
        }
    }

    private Step RequestTimedOut()
    {
        switch (_requestLeg)
        {
            case RequestLeg.Queue:
                return QueueTimedOut();
            case RequestLeg.Connect:
                return Connect(_connector.OnDeadline(_worker.Loop.Now));
            case RequestLeg.Tunnel:
                return TunnelTimedOut(_requestDeadline);
            default:
                _client!.RefuseRest();
                return Fail(_requestLeg != RequestLeg.ReceiveBody && _request.HasPending ? FailureReason.ServerStalled : FailureReason.RequestBodyTimeout);
        }
    }

    private Step ResponseTimedOut() => _responseLeg switch
    {
        // The client does not take an interim response. The final response may have arrived and was not read, so the server is not at fault.
        ResponseLeg.ReadHead when _response.HasPending => Cut(FailureReason.ClientStalled),
        ResponseLeg.ReadHead => Fail(FailureReason.AnswerTimeout),
        ResponseLeg.Tunnel => TunnelTimedOut(_responseDeadline),
        ResponseLeg.StreamBody when !_response.HasPending => Cut(FailureReason.AnswerBodyTimeout),
        _ => Cut(FailureReason.ClientStalled),
    };

    /// <summary>A tunnel times out only if both directions are silent.</summary>
    private Step TunnelTimedOut(Deadline deadline)
    {
        long silentMs = _worker.Loop.Now - _lastMoved;
        if (silentMs >= _worker.Timeouts.Tunnel)
        {
            return End(FailureReason.None);
        }
        Arm(deadline, _worker.Timeouts.Tunnel - silentMs);
        return Step.Blocked;
    }

    /// <summary>The request can't be served. Before the response has begun, the client gets an error response; after that, its connection is cut.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="activity">What was being done, if the legs have moved on since.</param>
    private Step Fail(FailureReason reason, string? activity = null)
    {
        if (_responseLeg is ResponseLeg.StreamBody or ResponseLeg.Tunnel or ResponseLeg.Error or ResponseLeg.Done || _response.Buffer.Pending > 0)
        {
            return Cut(reason);
        }
        int status = reason.Describe().Status;
        if (status == 0)
        {
            return End(reason);
        }
        if (!_recorder.IsRecording)
        {
            BeginRecord();
        }
        Log(reason, 0, activity);
        _recorder.Fail(reason);
        CountAgainstServer(reason);
        DropServer();
        ReleaseSlot();
        if (_requestLeg != RequestLeg.Done)
        {
            Enter(RequestLeg.Done);
        }
        _response.Buffer.Release(_worker.Slab);
        _response.Buffer.Acquire(_worker.Slab);
        _client!.SendLocal(reason, _request.Framing.Ended, _recorder.RequestId(_head), ref _response.Buffer);
        _recorder.RespondedLocally(status);
        Enter(ResponseLeg.Error);
        return Step.Progress;
    }

    /// <summary>The response has begun and can't be completed: the client must not take it for complete.</summary>
    private Step Cut(FailureReason reason)
    {
        Log(reason, 0);
        _recorder.Fail(reason);
        CountAgainstServer(reason);
        DropServer();
        IClientStream client = _client!;
        ReleaseAll();
        client.Abort();
        return Step.Over;
    }

    /// <summary>Closes both connections without a response. A body that ends with the connection is ended by a reset.</summary>
    private Step End(FailureReason reason)
    {
        if (reason != FailureReason.None)
        {
            Log(reason, 0);
            _recorder.Fail(reason);
        }
        DropServer();
        IClientStream client = _client!;
        ReleaseAll();
        client.Abort();
        return Step.Over;
    }

    /// <summary>
    /// The response is fully received and the request fully sent: releases the server's connection and its slot, however slowly the client takes what is
    /// buffered. Idempotent.
    /// </summary>
    private void ReleaseServer()
    {
        if (_server is { } server)
        {
            _server = null;
            server.Release(isClean: !_requestIncomplete && _response.Buffer.Unframed == 0);
        }
        ReleaseSlot();
    }

    /// <summary>Both legs are done.</summary>
    private Step Complete()
    {
        ReleaseServer();
        IClientStream client = _client!;
        bool isRequestRead = !_requestIncomplete && _request.Framing.Ended;
        ReleaseAll();
        client.Complete(isRequestRead);
        return Step.Over;
    }

    /// <summary>The request is over. Call while the client and the session are still set.</summary>
    private void EndRecord()
    {
        if (_recorder.IsRecording)
        {
            ByteStream client = _client!.Stream;
            _recorder.End(_head, _session, client.BytesIn, client.BytesOut);
            client.BytesIn = 0;
        }
    }

    /// <summary>Releases everything but the request's buffer, which may hold the beginning of the next.</summary>
    private void ReleaseAll()
    {
        if (_requestLeg == RequestLeg.Queue)
        {
            _worker.Queue.Remove(_queueEntry);
        }
        ReleaseSlot();
        EndRecord();
        _response.Release(_worker);
        EndSession();
        _requestDeadline.Disarm();
        _responseDeadline.Disarm();
        _rate.Stop();
        _client = null;
    }

    private void Log(FailureReason reason, int errno, string? activity = null)
    {
        _recorder.FailAttempt(reason);
        _worker.Log.Write(new FailureEvent(reason, activity ?? Activity, _server?.Server ?? Target, errno));
    }
}
