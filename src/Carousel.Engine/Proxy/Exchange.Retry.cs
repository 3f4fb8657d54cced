using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>Sending a request again, and what its server is blamed for. What is sent again, and what never is: docs/decisions/0008-retries.md.</summary>
internal sealed partial class Exchange
{
    /// <summary>The breaker's epoch of the server that has the request.</summary>
    private long _epoch;

    /// <summary>How often the request was sent again, though a server may have had it whole.</summary>
    private int _resends;

    /// <summary>It was taken from a server that was found down: that is done once.</summary>
    private bool _wasRetriedElsewhere;

    /// <summary>A kept connection died under this request: from here on only fresh ones are used.</summary>
    private bool _freshOnly;

    /// <summary>
    /// The server of that connection may have had the request. It is being asked anew: if it takes a connection, the kept one was only stale; if not, the
    /// request may be what ended it.
    /// </summary>
    private bool _isSentAnew;

    /// <summary>What was sent may be repeated, and is still there.</summary>
    private bool MaySendAgain => _head.IsIdempotent && _request.Buffer.IsHeld;

    /// <summary>
    /// A request that waits for a server which is down now, by what its health check answers, is sent to another at once, if it may be sent again and there is
    /// one; others go on waiting. Once: a request that is too much for two servers is not for a third. True if it goes elsewhere.
    /// </summary>
    private bool TryRetryElsewhere(PoolSnapshot pool, Server server)
    {
        if (!HasOther(pool, server))
        {
            return false;
        }
        string activity = Activity;
        if (_requestLeg == RequestLeg.Connect)
        {
            DropServer();
        }
        else if (MayRetryElsewhere && TakeResend(isFree: false))
        {
            _wasRetriedElsewhere = true;
            RewindForRetry();
        }
        else
        {
            return false;
        }
        PassOver(FailureReason.ServerDown, 0, activity);
        return true;
    }

    private bool MayRetryElsewhere =>
        _worker.Options.RetriesWaiting && !_wasRetriedElsewhere && MaySendAgain
            && _responseLeg == ResponseLeg.ReadHead && _response.Buffer.Unframed == 0 && !_server!.Readable;

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
    /// The connection ended before a byte of the answer. A request of which nothing was sent, or that may be sent again, goes to another server; to the same
    /// on a fresh connection, if it was sent over a kept one, which may have been closed before the request was there.
    /// </summary>
    private Step RetryOr(FailureReason reason)
    {
        bool isUnsent = _request.Buffer.IsUnsent;
        bool mayBeStale = reason == FailureReason.ServerClosed && _server!.WasUsedBefore;
        if (!isUnsent && !(MaySendAgain && (mayBeStale ? _worker.Options.Retries > 0 : TakeResend(isFree: reason == FailureReason.ServerGone))))
        {
            return Fail(reason);
        }
        string activity = Activity;
        RewindForRetry();
        return mayBeStale ? SendOnFreshConnection(mayHaveIt: !isUnsent) : PassOver(reason, 0, activity);
    }

    /// <summary>The same server on a fresh connection, with the place that the request has there.</summary>
    private Step SendOnFreshConnection(bool mayHaveIt)
    {
        // Nothing to log: that a kept connection ends is everyday life.
        RecordAttemptFailure(FailureReason.ServerClosed);
        _freshOnly = true;
        _isSentAnew = mayHaveIt;
        if (!_worker.Pool.Current.CanServe(_target!))
        {
            return TryAnother(FailureReason.ServerClosed, Activity);
        }
        RecordAttemptEnd();
        RecordAttempt(_target!);
        Enter(RequestLeg.Route);
        return Step.Progress;
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
    private void RewindForRetry()
    {
        DropServer();
        _requestIncomplete = false;
        _request.Buffer.Rewind();
        _response.Buffer.Release(_worker.Slab);
        Enter(ResponseLeg.Idle);
    }

    /// <summary>What this failure says about the server that has the request; nothing, if it is no fault of the server's.</summary>
    private void CountAgainstServer(FailureReason reason)
    {
        bool isEveryday = reason == FailureReason.ServerClosed && (_isSentAnew || _server is { WasUsedBefore: true });
        if (_target is { } server && !isEveryday)
        {
            _worker.Outliers.OnFailure(server, _epoch, reason, _worker.Loop.Now);
        }
    }
}
