using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>Sending a request again, and what its server is blamed for. What is sent again, and what never is: docs/decisions/0008-retries.md.</summary>
internal sealed partial class Exchange
{
    /// <summary>The guard's mark of the server that has the request.</summary>
    private long _mark;

    /// <summary>How often the request was sent again.</summary>
    private int _resends;

    /// <summary>What was sent may be repeated, and is still there.</summary>
    private bool MaySendAgain => _head.IsIdempotent && _request.Buffer.IsHeld;

    /// <summary>
    /// A request that waits for a server that is down now, which it may do for long, is sent to another at once, if it may be sent again and there is one;
    /// others go on waiting. True if it goes elsewhere.
    /// </summary>
    private bool TryRescue(PoolSnapshot pool, Server server)
    {
        if (!HasOther(pool, server))
        {
            return false;
        }
        if (_requestLeg == RequestLeg.Connect)
        {
            DropServer();
        }
        else if (_responseLeg == ResponseLeg.ReadHead && _response.Buffer.Unframed == 0 && !_server!.Readable && MaySendAgain && TakeResend(isFree: false))
        {
            TakeBack();
        }
        else
        {
            return false;
        }
        PassOver(FailureReason.ServerDown, 0);
        return true;
    }

    private bool HasOther(PoolSnapshot pool, Server but) => HasOther(pool.Primary, but) || HasOther(pool.Backup, but);

    private bool HasOther(Candidates candidates, Server but)
    {
        foreach (Server server in candidates.Servers)
        {
            if (!ReferenceEquals(server, but) && !_tried.Contains(server))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// The connection ended before a byte of the answer. A request of which nothing was sent, or that may be sent again, goes to another server. If it was
    /// sent over a kept connection, which says little about its server, that one is asked anew if there is no other; so is a visitor's own, at once.
    /// </summary>
    private Step RetryOr(FailureReason reason)
    {
        bool wasKept = _server!.WasUsedBefore;
        if (!_request.Buffer.IsUnsent && !(MaySendAgain && TakeResend(isFree: wasKept)))
        {
            return Fail(reason);
        }
        TakeBack();
        if (!wasKept)
        {
            return PassOver(reason, 0);
        }
        // Nothing to log: that a kept connection ends is everyday life.
        RecordAttemptFailure(reason);
        _freshOnly = true;
        if (HasOwnServer && _visit.Ticket.ServerTag == _target!.Tag)
        {
            GiveBack();
            Enter(RequestLeg.Route);
            return Step.Progress;
        }
        _lastResort = _target;
        return TryAnother(reason);
    }

    /// <summary>True if the request may go out once more: it has not done so too often, and there is budget for it unless it is free.</summary>
    private bool TakeResend(bool isFree)
    {
        if (_resends == _worker.Options.Retries || !(isFree || _worker.TakeRetry()))
        {
            return false;
        }
        _resends++;
        return true;
    }

    /// <summary>The request is as if it had never been sent.</summary>
    private void TakeBack()
    {
        DropServer();
        _requestIncomplete = false;
        _request.Buffer.Rewind();
        _response.Buffer.Release(_worker.Slab);
        Enter(ResponseLeg.Idle);
    }

    /// <summary>What this failure says about the server that has the request; nothing, if it is no fault of the server's.</summary>
    private void Blame(FailureReason reason)
    {
        bool isEveryday = reason == FailureReason.ServerClosed && _server is { WasUsedBefore: true };
        if (_target is { } server && !isEveryday)
        {
            _worker.Guard.Failed(server, _mark, reason, _worker.Reactor.Now);
        }
    }
}
