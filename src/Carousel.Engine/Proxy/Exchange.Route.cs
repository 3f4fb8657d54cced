using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Health;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>Finding a server that takes the request: the pick, the connection, and passing over those that can't be connected.</summary>
internal sealed partial class Exchange
{
    private Server? _target;
    private ImmutableArray<IPEndPoint> _endPoints;

    /// <summary>What the last server failed by, and what was being done then.</summary>
    private FailureReason _lastFailure;
    private string? _lastActivity;

    /// <summary>What the policy goes by, if it asks for it: taken from the head while that is there.</summary>
    private ulong _key;

    /// <summary>There are servers in the set of those that were tried: most requests never look into it.</summary>
    private bool _passedOver;

    /// <summary>
    /// Route. To SendHead (a connection is there), Connect (one is being opened), Queue (there is no room), or Done with an error (all were tried, or no
    /// more may wait).
    /// </summary>
    private Step StepRoute()
    {
        PoolSnapshot snapshot = _worker.Pool.Current;
        // Whoever has waited comes with a server.
        if (_target is null)
        {
            if (!_wasReleased && _worker.Queue.MustWait())
            {
                return Wait(snapshot);
            }
            Lease(Pick(snapshot));
        }
        _endPoints = _target is null ? [] : snapshot.EndPoints(_target);
        if (_endPoints.IsEmpty && !ReferenceEquals(snapshot, _worker.Pool.Current))
        {
            // The pool changed under the pick: the newest snapshot may well have somebody.
            GiveBack();
            return Step.Progress;
        }
        if (_target is null)
        {
            return MayWait(snapshot) ? Wait(snapshot) : Fail(_lastFailure, _lastActivity);
        }
        _wasReleased = true;
        if (!_freshOnly && TakeWarmConnection(_target))
        {
            RecordReuse();
            Enter(RequestLeg.SendHead);
            return Step.Progress;
        }
        return _endPoints.IsEmpty ? PassOver(FailureReason.NameUnresolved, 0) : BeginConnect();
    }

    /// <summary>This server can't be had: the next one, and if there is none, this failure is what the client is told.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="errno">0 for none.</param>
    /// <param name="activity">What was being done, if the legs have gone on since.</param>
    private Step PassOver(FailureReason reason, int errno, string? activity = null)
    {
        activity ??= Activity;
        Log(reason, errno, activity);
        CountAgainstServer(reason);
        return TryAnother(reason, activity);
    }

    private Step TryAnother(FailureReason reason, string activity)
    {
        if (_isSentAnew && !TakeResend(isFree: true))
        {
            return Fail(FailureReason.ServerClosed, activity);
        }
        _isSentAnew = false;
        (_lastFailure, _lastActivity) = (reason, activity);
        if (HasOwnServer)
        {
            AnnounceMove(reason);
        }
        _tried.Add(_target!);
        _passedOver = true;
        GiveBack();
        if (_requestLeg != RequestLeg.Route)
        {
            Enter(RequestLeg.Route);
        }
        return Step.Progress;
    }

    /// <summary>
    /// A kept connection may have been closed by its server a moment ago, before we were told. A method that may not be sent twice is not risked on one:
    /// one look tells, at the price of a system call, which the others don't pay because they may be sent again.
    /// </summary>
    private bool TakeWarmConnection(Server server)
    {
        while (_worker.Upstreams.Take(server, this) is { } warm)
        {
            if (_head.IsIdempotent || _worker.Transport.Peek(warm.Fd) == -Errno.EAGAIN)
            {
                _server = warm;
                return true;
            }
            _worker.Upstreams.Close(warm);
        }
        return false;
    }

    /// <summary>From here on the request is this server's, which has taken it on; <see cref="GiveBack"/> ends that.</summary>
    private void Lease(Server? server)
    {
        _target = server;
        if (server is not null)
        {
            _epoch = server.Load.Breaker.Epoch;
            RecordAttempt(server);
        }
    }

    /// <summary>The server is done with the request, well or not. Does nothing if it has none.</summary>
    private void GiveBack()
    {
        if (_target is { } server)
        {
            RecordAttemptEnd();
            _target = null;
            server.Load.Leave();
            OutlierDetector.GiveBack(server, _epoch, _worker.Loop.Now);
            _worker.Queue.Released();
        }
    }

    private void DropServer()
    {
        CloseAttempts();
        if (_server is { } server)
        {
            _server = null;
            _worker.Upstreams.Close(server);
        }
    }
}
