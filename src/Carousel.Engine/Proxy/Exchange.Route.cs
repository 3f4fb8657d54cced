using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>Gets a server for the request and a connection to it: acts on what <see cref="ServerSelection"/> and <see cref="ServerConnector"/> return.</summary>
internal sealed partial class Exchange
{
    private readonly QueueEntry _queueEntry;
    private readonly ServerConnector _connector;
    private ServerSelection _selection;

    public bool WaitsForOwn => _selection.WaitsForOwn;

    /// <summary>The server that has the request; null if none has.</summary>
    private Server? Target => _selection.Server;

    /// <summary>The tag of the server that the session is bound to; 0 for none.</summary>
    private ulong OwnServerTag => _session.HasSession && _worker.Affinity is { IsSticky: true } ? _session.Ticket.ServerTag : 0;

    /// <summary>
    /// Route. To SendHead (a kept connection), Connect (a new one), Queue (no room), or Done with an error (all servers were tried, or the queue is full).
    /// </summary>
    private Step StepRoute()
    {
        PoolSnapshot snapshot = _worker.Pool.Current;
        // A request that leaves the queue may have its server already.
        if (Target is null)
        {
            if (!_selection.HasPassedQueue && _worker.Queue.MustWait())
            {
                return Wait(snapshot);
            }
            Pick(snapshot);
        }
        Server? server = Target;
        ImmutableArray<IPEndPoint> endPoints = server is null ? [] : snapshot.EndPoints(server);
        if (endPoints.IsEmpty && !ReferenceEquals(snapshot, _worker.Pool.Current))
        {
            // The pool changed during the pick: the newest snapshot may have a server.
            ReleaseSlot();
            return Step.Progress;
        }
        if (server is null)
        {
            return _selection.MayWait(snapshot, _worker.Loop.Now) ? Wait(snapshot) : Fail(_selection.LastFailure, _selection.LastActivity);
        }
        _selection.PassQueue();
        if (!_retries.NeedsFreshConnection && TakeWarmConnection(server))
        {
            _recorder.Reuse();
            Enter(RequestLeg.SendHead);
            return Step.Progress;
        }
        return endPoints.IsEmpty ? PassOver(FailureReason.NameUnresolved, 0)
            : Connect(_connector.Begin(server, endPoints, _worker.Timeouts.Connect, _worker.Loop.Now));
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

    private void Pick(PoolSnapshot snapshot)
    {
        FailureReason moved = _selection.Pick(snapshot, _worker.Loop.Now);
        if (moved != FailureReason.None)
        {
            AnnounceMove(moved);
        }
        if (Target is { } server)
        {
            _recorder.BeginAttempt(server);
        }
    }

    /// <summary>Route. To Queue, Done with an error (the queue is full), or Route again (gives up the session's own server).</summary>
    private Step Wait(PoolSnapshot snapshot)
    {
        _selection.BeginWait(snapshot, _worker.Loop.Now);
        if (_worker.Queue.TryAdd(_queueEntry, _selection.IsConstrained))
        {
            Enter(RequestLeg.Queue);
            return Step.Blocked;
        }
        if (!_selection.WaitsForOwn)
        {
            return Fail(FailureReason.QueueFull);
        }
        _selection.GiveUpOwn();
        return Step.Progress;
    }

    /// <summary>A request that leaves the queue continues in the next tick.</summary>
    public bool TryLeaveQueue(bool mayPick)
    {
        PoolSnapshot snapshot = _worker.Pool.Current;
        if (mayPick)
        {
            Pick(snapshot);
        }
        else
        {
            _selection.PickOwn(snapshot, _worker.Loop.Now);
            if (Target is { } own)
            {
                _recorder.BeginAttempt(own);
            }
        }
        if (Target is null && _selection.MayWait(snapshot, _worker.Loop.Now))
        {
            return false;
        }
        _selection.PassQueue();
        Enter(RequestLeg.Route);
        ResumeNextTick();
        return true;
    }

    /// <summary>Queue, at its deadline. To Route (the session moves to another server), or Done with an error.</summary>
    private Step QueueTimedOut()
    {
        if (!_selection.WaitsForOwn)
        {
            return Fail(FailureReason.QueueTimeout);
        }
        _selection.PassQueue();
        _selection.GiveUpOwn();
        Enter(RequestLeg.Route);
        return Step.Progress;
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
        if (!TryRetry(_worker.Retries.OnPassedOver(_retries)))
        {
            return Fail(FailureReason.ServerClosed, activity);
        }
        if (_selection.HasOwn)
        {
            AnnounceMove(reason);
        }
        _selection.PassOver(reason, activity);
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

    /// <summary>The request is no longer with its server, whatever the outcome. Does nothing if no server has it.</summary>
    private void ReleaseSlot()
    {
        if (Target is not null)
        {
            _recorder.EndAttempt();
            _selection.Release(_worker.Loop.Now);
            _worker.Queue.Released();
        }
    }

    /// <summary>Counts a failure against the server that has the request, if the server is at fault.</summary>
    private void CountAgainstServer(FailureReason reason)
    {
        if (!_retries.IsExpected(reason, _server is { WasUsedBefore: true }))
        {
            _selection.Failed(reason, _worker.Loop.Now);
        }
    }

    private void DropServer()
    {
        _connector.Close();
        if (_server is { } server)
        {
            _server = null;
            server.Drop();
        }
    }
}
