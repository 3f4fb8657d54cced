using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>Finds a server for the request: the pick, the connection, and skipping servers that can't be connected.</summary>
internal sealed partial class Exchange
{
    private Server? _target;

    /// <summary>Why the last server failed, and during which activity.</summary>
    private FailureReason _lastFailure;
    private string? _lastActivity;

    /// <summary>The policy's hash key, if it needs one: taken from the head while that is available.</summary>
    private ulong _key;

    /// <summary>The set of tried servers is not empty: spares most requests the access to it.</summary>
    private bool _passedOver;

    /// <summary>
    /// Route. To SendHead (a kept connection), Connect (a new one), Queue (no room), or Done with an error (all servers were tried, or the queue is full).
    /// </summary>
    private Step StepRoute()
    {
        PoolSnapshot snapshot = _worker.Pool.Current;
        // A request that leaves the queue may have its server already.
        if (_target is null)
        {
            if (!_wasReleased && _worker.Queue.MustWait())
            {
                return Wait(snapshot);
            }
            Lease(Pick(snapshot));
        }
        ImmutableArray<IPEndPoint> endPoints = _target is null ? [] : snapshot.EndPoints(_target);
        if (endPoints.IsEmpty && !ReferenceEquals(snapshot, _worker.Pool.Current))
        {
            // The pool changed during the pick: the newest snapshot may have a server.
            ReleaseSlot();
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
        return endPoints.IsEmpty ? PassOver(FailureReason.NameUnresolved, 0)
            : Connect(_connector.Begin(_target, endPoints, _worker.Timeouts.Connect, _worker.Loop.Now));
    }

    /// <summary>Route or Connect. To SendHead, Connect (an attempt is in progress), or Route (the next server).</summary>
    private Step Connect(in ConnectResult result)
    {
        switch (result.State)
        {
            case ConnectState.Connected:
                _server = result.Connection;
                Enter(RequestLeg.SendHead);
                return Step.Progress;
            case ConnectState.Failed:
                return PassOver(result.Reason, result.Errno);
            default:
                Enter(RequestLeg.Connect);
                return Step.Blocked;
        }
    }

    /// <summary>Skips this server and tries the next. If there is none, this failure is reported to the client.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="errno">0 for none.</param>
    /// <param name="activity">What was being done, if the legs have moved on since.</param>
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
        ReleaseSlot();
        if (_requestLeg != RequestLeg.Route)
        {
            Enter(RequestLeg.Route);
        }
        return Step.Progress;
    }

    /// <summary>
    /// The server may have closed a kept connection without the event having been processed. A non-idempotent request must not be sent on such a connection,
    /// so a system call checks it. Idempotent requests skip the check: they can be retried.
    /// </summary>
    private bool TakeWarmConnection(Server server)
    {
        while (_worker.Upstreams.Take(server, this) is { } warm)
        {
            if (_head.IsIdempotent || warm.Stream.Peek() == ByteStream.Blocked)
            {
                _server = warm;
                return true;
            }
            _worker.Upstreams.Close(warm);
        }
        return false;
    }

    /// <summary>Leases the request to this server, until <see cref="ReleaseSlot"/>.</summary>
    private void Lease(Server? server)
    {
        _target = server;
        if (server is not null)
        {
            _epoch = server.Load.Breaker.Epoch;
            RecordAttempt(server);
        }
    }

    /// <summary>Ends the lease, whatever the outcome. Does nothing if there is none.</summary>
    private void ReleaseSlot()
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
        _connector.Close();
        if (_server is { } server)
        {
            _server = null;
            _worker.Upstreams.Close(server);
        }
    }
}
