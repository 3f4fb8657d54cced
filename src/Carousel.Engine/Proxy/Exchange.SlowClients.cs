using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>What keeps slow clients from owning the room of servers (docs/decisions/0020-slow-clients.md).</summary>
internal sealed unsafe partial class Exchange
{
    /// <summary>A client that wants to be told to go on waits for the server; but not for ever (RFC 9110 section 10.1.1), so it is slow after this long.</summary>
    private const int ContinueTimeoutMs = RateWindow.LengthMs;

    private readonly Deadline _rateDeadline;

    /// <summary>The deadline may be armed. Few requests arm it, and the others need not fetch it to disarm it.</summary>
    private bool _watchesRate;

    private RateWindow _requestRate, _responseRate;

    /// <summary>The client sends its body when the server says so, which it has not.</summary>
    private bool _mayAwaitContinue;
    private long _acceptedAt;

    /// <summary>
    /// Where servers have room for few, a body is received before a server is taken. A client that expects 100 (Continue) sends none before: its head has to go
    /// to the server (RFC 9110 section 10.1.1).
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

    /// <summary>ReceiveBody. To Route (the body is whole, or the buffer full), or Done (malformed).</summary>
    private Step StepReceiveBody()
    {
        ref MessageBuffer buffer = ref _request.Buffer;
        if (_request.Framing.Ended || buffer.Free == 0)
        {
            Enter(RequestLeg.Route);
            return Step.Progress;
        }
        WatchRate();
        int received = _client!.Readable ? _client.Receive(buffer.Base + buffer.End, buffer.Free) : -Errno.EAGAIN;
        if (received <= 0)
        {
            return received == -Errno.EAGAIN ? Step.Blocked : End(FailureReason.ClientClosed);
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

    /// <summary>A body is under way that is not over at once. Looks at its client from now on, if there is a least rate.</summary>
    private void WatchRate()
    {
        if (_worker.LeastRate != 0 && !_rateDeadline.IsArmed)
        {
            _requestRate = _responseRate = default;
            LookAtRate();
        }
    }

    private Step LookAtRate()
    {
        long now = _worker.Loop.Now;
        int rate = _worker.LeastRate;
        if (_requestRate.IsTooSlow(IsWaitedForToSend, _client!.BytesIn, rate, now))
        {
            _keepClient = false;
            return Fail(FailureReason.ClientTooSlow);
        }
        bool mustTake = _responseLeg == ResponseLeg.StreamBody && _response.HasPending && !_client.Writable;
        if (_responseRate.IsTooSlow(mustTake, mustTake ? _client.BytesTaken() : 0, rate, now))
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

    /// <summary>All that came of its body is on its way, and no answer: with one begun, the client may well have reasons to say no more yet.</summary>
    private bool IsWaitedForToSend => _requestLeg switch
    {
        RequestLeg.ReceiveBody => true,
        RequestLeg.StreamBody => _responseLeg == ResponseLeg.ReadHead && !_request.HasPending && !_client!.Readable && !AwaitsContinue,
        _ => false,
    };

    private bool AwaitsContinue => _mayAwaitContinue && _worker.Loop.Now - _acceptedAt < ContinueTimeoutMs;
}
