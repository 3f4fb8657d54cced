using Carousel.Core.Telemetry;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>How exchanges end, and the one place each where it is decided what a failure means and what a connection is still good for.</summary>
internal sealed partial class Exchange
{
    /// <summary>The worker is leaving: the exchange is cut, whatever it is doing.</summary>
    public void Abandon(FailureReason reason) => End(reason);

    /// <summary>
    /// The client has sent its end and waited this long. One that took a part of its answer meanwhile is there (from one that left, a reset would have
    /// come back): it gets the milliseconds that are returned. In a tunnel its end is no news: each direction ends by itself.
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
            : LookAtRate();
        if (step != Step.Over)
        {
            Advance();
        }
    }

    private Step RequestTimedOut()
    {
        switch (_requestLeg)
        {
            case RequestLeg.ReadHead:
                _keepClient = false;
                return Fail(FailureReason.HeadTimeout);
            case RequestLeg.Queue:
                return WaitedLongEnough();
            case RequestLeg.Connect:
                return ConnectTimedOut();
            case RequestLeg.Tunnel:
                return TunnelTimedOut(_requestDeadline);
            default:
                _keepClient = false;
                return Fail(_requestLeg != RequestLeg.ReceiveBody && _request.HasPending ? FailureReason.ServerStalled : FailureReason.RequestBodyTimeout);
        }
    }

    private Step ResponseTimedOut() => _responseLeg switch
    {
        // An interim answer that the client does not take: the server may have answered, and nobody has looked.
        ResponseLeg.ReadHead when _response.HasPending => Cut(FailureReason.ClientStalled),
        ResponseLeg.ReadHead => Fail(FailureReason.AnswerTimeout),
        ResponseLeg.Tunnel => TunnelTimedOut(_responseDeadline),
        ResponseLeg.StreamBody when !_response.HasPending => Cut(FailureReason.AnswerBodyTimeout),
        _ => Cut(FailureReason.ClientStalled),
    };

    /// <summary>A tunnel is silent only if both directions are.</summary>
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

    /// <summary>The request can't be served. Before the answer has begun, the client is told why; after that, its connection is cut.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="activity">What was being done, if the legs have gone on since.</param>
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
        if (!_isRecording)
        {
            _client!.Identify();
            BeginRecord();
        }
        Log(reason, 0, activity);
        RecordFailure(reason);
        CountAgainstServer(reason);
        DropServer();
        GiveBack();
        _keepServer = false;
        _keepClient &= _request.Framing.Ended && !_head.IsHttp10 && !_worker.IsDraining;
        if (_requestLeg != RequestLeg.Done)
        {
            Enter(RequestLeg.Done);
        }
        _response.Buffer.Release(_worker.Slab);
        _response.Buffer.Acquire(_worker.Slab);
        LocalResponse.Write(ref _response.Buffer, reason, _head.Method == Http.RequestMethod.Head, _keepClient, _worker.Date, RequestId);
        _record.Status = (ushort)status;
        Enter(ResponseLeg.Error);
        return Step.Progress;
    }

    /// <summary>The answer has begun and can't be finished: the client must not take it for complete.</summary>
    private Step Cut(FailureReason reason)
    {
        Log(reason, 0);
        RecordFailure(reason);
        CountAgainstServer(reason);
        DropServer();
        ClientConnection client = _client!;
        Leave();
        client.Close(abort: _endsWithClose);
        return Step.Over;
    }

    /// <summary>Both connections are closed and nothing more is said; a body that would seem to end here ends with a reset.</summary>
    private Step End(FailureReason reason)
    {
        if (reason != FailureReason.None)
        {
            Log(reason, 0);
            RecordFailure(reason);
        }
        DropServer();
        ClientConnection client = _client!;
        Leave();
        client.Close(abort: _endsWithClose);
        return Step.Over;
    }

    /// <summary>
    /// All of the answer is received, and nothing is left to be sent to the server: others may have its connection, if it can be used again, and its room,
    /// however slowly the client takes what is here. The only judge of whether a server's connection is used again. Does nothing the second time.
    /// </summary>
    private void LetServerGo()
    {
        if (_server is { } server)
        {
            _server = null;
            bool reusable = _keepServer && !_requestIncomplete && _response.Buffer.Unframed == 0 && !server.PeerClosed && server.IsSilent();
            if (reusable)
            {
                _worker.Upstreams.Keep(server, _keepServerUntil);
            }
            else
            {
                _worker.Upstreams.Close(server);
            }
        }
        GiveBack();
    }

    /// <summary>Both legs are done: the only judge of whether the client's connection is used again.</summary>
    private Step Complete()
    {
        LetServerGo();
        EndRecord();
        ClientConnection client = _client!;
        if (!_keepClient)
        {
            // What the client still sends, or sent and we did not read, must not make the kernel reset the connection under our answer.
            bool unread = _requestIncomplete || !_request.Framing.Ended || _request.Buffer.Unframed > 0 || client.Readable;
            Leave();
            client.Finish(linger: unread);
            return Step.Over;
        }
        _response.Release(_worker);
        if (_request.Buffer.Unframed == 0 && !client.Readable)
        {
            Leave();
            client.BecomeIdle();
            return Step.Over;
        }
        StartOver();
        return Step.Progress;
    }

    /// <summary>There was nothing to be read after all.</summary>
    private Step GoIdle()
    {
        ClientConnection client = _client!;
        Leave();
        client.BecomeIdle();
        return Step.Over;
    }

    /// <summary>Gives everything back; this object is free for another exchange.</summary>
    private void Leave()
    {
        if (_requestLeg == RequestLeg.Queue)
        {
            _worker.Queue.Remove(_place);
        }
        GiveBack();
        EndRecord();
        _request.Release(_worker);
        _response.Release(_worker);
        EndSession();
        _requestDeadline.Disarm();
        _responseDeadline.Disarm();
        StopWatchingRate();
        _client = null;
        _worker.Return(this);
    }

    private void Log(FailureReason reason, int errno, string? activity = null)
    {
        RecordAttemptFailure(reason);
        _worker.Log.Write(new FailureEvent(reason, activity ?? Activity, _server?.Server ?? _target, errno));
    }
}
