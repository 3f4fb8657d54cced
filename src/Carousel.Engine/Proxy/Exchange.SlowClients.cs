using Carousel.Core.Telemetry;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>Keeps slow clients from occupying the slots of servers (docs/decisions/0020-slow-clients.md).</summary>
internal sealed unsafe partial class Exchange
{
    private RateWatch _rate;

    /// <summary>
    /// With request limits on servers, the body is received before a server is leased. Except from a client that expects 100 (Continue): it sends no body
    /// until the server has seen the head (RFC 9110 section 10.1.1).
    /// </summary>
    private bool MustReceiveBody()
    {
        if (_request.Framing.Ended)
        {
            return false;
        }
        _rate.OnBody(_head.ExpectContinue, _worker.Loop.Now);
        return !_head.ExpectContinue && _worker.Pool.Current.HasLimits;
    }

    /// <summary>ReceiveBody. To Route (the body is complete or the buffer full), or Done (malformed).</summary>
    private Step StepReceiveBody()
    {
        ref MessageBuffer buffer = ref _request.Buffer;
        if (_request.Framing.Ended || buffer.Free == 0)
        {
            Enter(RequestLeg.Route);
            return Step.Progress;
        }
        WatchRate();
        int received = _client!.Stream.Readable ? _client.Stream.Receive(buffer.Base + buffer.End, buffer.Free) : ByteStream.Blocked;
        if (received <= 0)
        {
            return received == ByteStream.Blocked ? Step.Blocked : End(FailureReason.ClientClosed);
        }
        buffer.End += received;
        Arm(_requestDeadline, _worker.Timeouts.Body);
        if (!_request.Framing.Take(ref buffer, _worker.Trailers))
        {
            _client!.RefuseRest();
            return Fail(FailureReason.BadChunk);
        }
        return Step.Progress;
    }

    /// <summary>A body takes more than one step: starts checking the client's rate, if there is a minimum.</summary>
    private void WatchRate()
    {
        if (_worker.LeastRate != 0 && !_rate.IsRunning)
        {
            _rate.Begin();
            CheckRate();
        }
    }

    private Step CheckRate()
    {
        int least = _worker.LeastRate;
        ByteStream client = _client!.Stream;
        bool mustTake = _responseLeg == ResponseLeg.StreamBody && _response.HasPending && !client.Writable;
        var sample = new RateSample(MustClientSend, client.BytesIn, mustTake, mustTake ? client.BytesTaken() : 0);
        switch (_rate.Check(sample, least, _worker.Loop.Now))
        {
            case SlowClient.Sends:
                _client!.RefuseRest();
                return Fail(FailureReason.ClientTooSlow);
            case SlowClient.Takes:
                return Cut(FailureReason.ClientTooSlow);
        }
        if (least != 0 && (_requestLeg is RequestLeg.ReceiveBody or RequestLeg.StreamBody || _responseLeg == ResponseLeg.StreamBody))
        {
            _rate.Continue(_worker.Loop.Now);
        }
        return Step.Blocked;
    }

    /// <summary>All received body bytes are forwarded and no response has begun. Once one has, the client may have a reason to pause.</summary>
    private bool MustClientSend => _requestLeg switch
    {
        RequestLeg.ReceiveBody => true,
        RequestLeg.StreamBody => _responseLeg == ResponseLeg.ReadHead && !_request.HasPending && !_client!.Stream.Readable
            && !_rate.AwaitsContinue(_worker.Loop.Now),
        _ => false,
    };
}
