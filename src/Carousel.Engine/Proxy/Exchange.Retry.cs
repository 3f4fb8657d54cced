using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>Retries, and which failures count against a server. What is retried and what never is: docs/decisions/0008-retries.md.</summary>
internal sealed partial class Exchange
{
    /// <summary>The circuit breaker's epoch when the server was leased.</summary>
    private long _epoch;

    /// <summary>Retries of the request after a server may have had it whole.</summary>
    private int _resends;

    /// <summary>The request was already retried because its server was found down: that is done once.</summary>
    private bool _wasRetriedElsewhere;

    /// <summary>A kept connection closed under this request: from here on only new connections are used.</summary>
    private bool _freshOnly;

    /// <summary>
    /// The server of the closed connection may have received the request, and is tried again. If it accepts a connection, the kept one was only stale. If
    /// not, the request may have crashed it.
    /// </summary>
    private bool _isSentAnew;

    /// <summary>The request is kept: no response has begun.</summary>
    private bool _isKept;

    /// <summary>The request is idempotent, and all of it is still here.</summary>
    private bool MaySendAgain => _isKept && _head.IsIdempotent && (!_head.HasBody || _request.Buffer.IsHeld);

    /// <summary>A response has begun: the request will not be sent again.</summary>
    private void LetGo()
    {
        _isKept = false;
        _request.Buffer.LetGo();
    }

    /// <summary>
    /// The server of a waiting request is now down, by its health check. The request is sent to another server at once, if it may be retried and there is
    /// one; otherwise it keeps waiting. Once only: a request that crashed two servers is not sent to a third. True if it is retried elsewhere.
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
            && _responseLeg == ResponseLeg.ReadHead && _response.Buffer.Unframed == 0 && !_server!.Stream.Readable;

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
    /// The connection closed before a byte of the response. A request of which nothing was sent, or that may be retried, goes to another server. If it was
    /// sent over a kept connection, it goes to the same server on a new one: the kept one may have been closed before the request arrived.
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

    /// <summary>The same server on a new connection, keeping the request's slot there.</summary>
    private Step SendOnFreshConnection(bool mayHaveIt)
    {
        // Not logged: a kept connection that closes is expected.
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

    /// <summary>True if one more retry is allowed: the retry limit is not reached, and the budget permits it unless it is free.</summary>
    private bool TakeResend(bool isFree)
    {
        if (_resends == _worker.Options.Retries || !(isFree || _worker.TakeRetry()))
        {
            return false;
        }
        _resends++;
        return true;
    }

    /// <summary>Resets the exchange to the state before the request was sent.</summary>
    private void RewindForRetry()
    {
        DropServer();
        _requestIncomplete = false;
        if (_request.Buffer.IsAcquired)
        {
            _request.Buffer.Rewind();
        }
        _response.Buffer.Release(_worker.Slab);
        Enter(ResponseLeg.Idle);
    }

    /// <summary>Counts a failure against the server that has the request, if the server is at fault.</summary>
    private void CountAgainstServer(FailureReason reason)
    {
        bool isExpected = reason == FailureReason.ServerClosed && (_isSentAnew || _server is { WasUsedBefore: true });
        if (_target is { } server && !isExpected)
        {
            _worker.Outliers.OnFailure(server, _epoch, reason, _worker.Loop.Now);
        }
    }
}
