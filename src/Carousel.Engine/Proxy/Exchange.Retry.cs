using Carousel.Core.Pools;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>Carries out what <see cref="RetryPolicy"/> decides: after a failed connection, and after a change of the pool.</summary>
internal sealed partial class Exchange
{
    private RetryState _retries;

    /// <summary>The request is kept: no response has begun.</summary>
    private bool _isKept;

    /// <summary>The request is kept, and all of it is still here.</summary>
    private bool IsHeld => _isKept && (!_head.HasBody || _request.Buffer.IsHeld);

    private bool MaySendAgain => _head.IsIdempotent && IsHeld;

    /// <summary>A response has begun: the request will not be sent again.</summary>
    private void LetGo()
    {
        _isKept = false;
        _request.Buffer.LetGo();
    }

    /// <summary>The request is with a server, of which no byte has been received.</summary>
    private bool IsUnanswered => _responseLeg == ResponseLeg.ReadHead && _response.Buffer.Pending == 0 && _response.Buffer.Unframed == 0;

    /// <summary>There is a new snapshot. A request is taken off a server that was removed, and may be retried if its server is down.</summary>
    public void PoolChanged(PoolSnapshot pool)
    {
        if (Target is not { } server || pool.CanServe(server))
        {
            return;
        }
        bool isRemoved = !ReferenceEquals(pool.Find(server.Tag), server);
        if (isRemoved ? AbandonRemovedServer() != Step.Over : TryRetryElsewhere(pool))
        {
            Advance();
        }
    }

    /// <summary>A request that was not sent yet, or may be retried, goes to another server. A response that has begun is cut.</summary>
    private Step AbandonRemovedServer()
    {
        if (_responseLeg == ResponseLeg.Idle)
        {
            DropServer();
            return PassOver(FailureReason.ServerGone, 0);
        }
        return IsUnanswered ? RetryOr(FailureReason.ServerGone) : Fail(FailureReason.ServerGone);
    }

    /// <summary>
    /// The server of a waiting request is now down, by its health check. The request is sent to another server at once, if it may be retried and there is
    /// one; otherwise it keeps waiting. True if it is retried elsewhere.
    /// </summary>
    private bool TryRetryElsewhere(PoolSnapshot pool)
    {
        if (!_selection.HasOther(pool))
        {
            return false;
        }
        string activity = Activity;
        if (_requestLeg == RequestLeg.Connect)
        {
            DropServer();
        }
        else if (IsUnanswered && !_server!.Stream.Readable && TryRetry(_worker.Retries.OnServerDown(Attempt(FailureReason.ServerDown), _retries)))
        {
            RewindForRetry();
        }
        else
        {
            return false;
        }
        PassOver(FailureReason.ServerDown, 0, activity);
        return true;
    }

    /// <summary>The connection closed before a byte of the response, or its server was removed.</summary>
    private Step RetryOr(FailureReason reason)
    {
        RetryDecision decision = _worker.Retries.OnClosed(Attempt(reason), _retries);
        if (!TryRetry(decision))
        {
            return Fail(reason);
        }
        string activity = Activity;
        RewindForRetry();
        return decision.To == RetryTarget.FreshConnection ? SendOnFreshConnection() : PassOver(reason, 0, activity);
    }

    /// <summary>The same server on a new connection, keeping the request's slot there.</summary>
    private Step SendOnFreshConnection()
    {
        // Not logged: a kept connection that closes is expected.
        _recorder.FailAttempt(FailureReason.ServerClosed);
        if (!_worker.Pool.Current.CanServe(Target!))
        {
            return TryAnother(FailureReason.ServerClosed, Activity);
        }
        _recorder.EndAttempt();
        _recorder.BeginAttempt(Target!);
        Enter(RequestLeg.Route);
        return Step.Progress;
    }

    private FailedAttempt Attempt(FailureReason reason) =>
        new(reason, _head.IsIdempotent, IsHeld, _request.Buffer.IsUnsent, _server!.WasUsedBefore);

    /// <summary>Records the decision; false if it says no, or if the retry budget is spent.</summary>
    private bool TryRetry(in RetryDecision decision)
    {
        if (decision.To == RetryTarget.None || (decision.IsCharged && !_worker.TakeRetry()))
        {
            return false;
        }
        _retries.Note(decision);
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
}
