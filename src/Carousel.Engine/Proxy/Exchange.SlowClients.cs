using Carousel.Core.Telemetry;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>Keeps slow clients from occupying the slots of servers (docs/decisions/0020-slow-clients.md).</summary>
internal sealed unsafe partial class Exchange
{
    /// <summary>
    /// A client that waits for 100 (Continue) is not slow; but it must not wait indefinitely (RFC 9110 section 10.1.1), so it counts as slow after this time.
    /// </summary>
    private const int ContinueTimeoutMs = RateWindow.LengthMs;

    private readonly Deadline _rateDeadline;

    /// <summary>The deadline may be armed. Few requests arm it; this flag spares the others the access that disarming costs.</summary>
    private bool _watchesRate;

    private RateWindow _requestRate, _responseRate;

    /// <summary>The client may be waiting for a 100 (Continue), which the server has not sent.</summary>
    private bool _mayAwaitContinue;
    private long _acceptedAt;

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
        _mayAwaitContinue = _head.ExpectContinue;
        _acceptedAt = _worker.Loop.Now;
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
        if (!_request.Framing.Take(ref buffer))
        {
            _keepClient = false;
            return Fail(FailureReason.BadChunk);
        }
        return Step.Progress;
    }

    /// <summary>A body takes more than one step: starts checking the client's rate, if there is a minimum.</summary>
    private void WatchRate()
    {
        if (_worker.LeastRate != 0 && !_rateDeadline.IsArmed)
        {
            _requestRate = _responseRate = default;
            CheckRate();
        }
    }

    private Step CheckRate()
    {
        long now = _worker.Loop.Now;
        int rate = _worker.LeastRate;
        if (_requestRate.IsTooSlow(MustClientSend, _client!.Stream.BytesIn, rate, now))
        {
            _keepClient = false;
            return Fail(FailureReason.ClientTooSlow);
        }
        bool mustTake = _responseLeg == ResponseLeg.StreamBody && _response.HasPending && !_client.Stream.Writable;
        if (_responseRate.IsTooSlow(mustTake, mustTake ? _client.Stream.BytesTaken() : 0, rate, now))
        {
            return Cut(FailureReason.ClientTooSlow);
        }
        if (rate != 0 && (_requestLeg is RequestLeg.ReceiveBody or RequestLeg.StreamBody || _responseLeg == ResponseLeg.StreamBody))
        {
            _watchesRate = true;
            Arm(_rateDeadline, RateWindow.LookMs);
        }
        return Step.Blocked;
    }

    private void StopWatchingRate()
    {
        if (_watchesRate)
        {
            _watchesRate = false;
            _rateDeadline.Disarm();
        }
    }

    /// <summary>All received body bytes are forwarded and no response has begun. Once one has, the client may have a reason to pause.</summary>
    private bool MustClientSend => _requestLeg switch
    {
        RequestLeg.ReceiveBody => true,
        RequestLeg.StreamBody => _responseLeg == ResponseLeg.ReadHead && !_request.HasPending && !_client!.Stream.Readable && !AwaitsContinue,
        _ => false,
    };

    private bool AwaitsContinue => _mayAwaitContinue && _worker.Loop.Now - _acceptedAt < ContinueTimeoutMs;
}
