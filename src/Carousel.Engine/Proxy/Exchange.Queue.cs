using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>Waiting for a server with room: which requests may wait, and for which server. <see cref="RequestQueue"/> decides the order.</summary>
internal sealed partial class Exchange
{
    /// <summary>The request has passed the queue once: it is not queued again behind later requests.</summary>
    private bool _wasReleased;

    private bool _waitsForOwn;

    /// <summary>The wait for the session's own server was without success: any server will do.</summary>
    private bool _gaveUpOwn;

    public bool WaitsForOwn => _waitsForOwn;

    /// <summary>A request that leaves the queue continues in the next tick.</summary>
    public bool TryLeaveQueue(bool mayPick)
    {
        PoolSnapshot snapshot = _worker.Pool.Current;
        Lease(mayPick ? Pick(snapshot) : TakeOwn(snapshot));
        if (_target is null && MayWait(snapshot))
        {
            return false;
        }
        _wasReleased = true;
        Enter(RequestLeg.Route);
        ResumeNextTick();
        return true;
    }

    /// <summary>After a pick without success: true if lack of room is the only reason.</summary>
    private bool MayWait(PoolSnapshot snapshot) =>
        Picker.IsFull(snapshot, _tried, _worker.Loop.Now) || OwnServer(snapshot) is not null;

    /// <summary>Route. To Queue, Done with an error (the queue is full), or Route again (gives up the session's own server).</summary>
    private Step Wait(PoolSnapshot snapshot)
    {
        _waitsForOwn = MayWaitForOwn(snapshot);
        if (_worker.Queue.TryAdd(_queueEntry, isConstrained: HasOwnServer || _passedOver))
        {
            Enter(RequestLeg.Queue);
            return Step.Blocked;
        }
        return _waitsForOwn ? GiveUpOwn() : Fail(FailureReason.QueueFull);
    }

    /// <summary>Queue, at its deadline. To Route (the session moves to another server), or Done with an error.</summary>
    private Step QueueTimedOut()
    {
        if (!_waitsForOwn)
        {
            return Fail(FailureReason.QueueTimeout);
        }
        _wasReleased = true;
        Enter(RequestLeg.Route);
        return GiveUpOwn();
    }

    private Step GiveUpOwn()
    {
        _waitsForOwn = false;
        _gaveUpOwn = true;
        return Step.Progress;
    }

    private bool MayWaitForOwn(PoolSnapshot snapshot) => !_gaveUpOwn && OwnServer(snapshot) is not null && _worker.Affinity!.StickyWaitMs > 0;

    /// <summary>The session's own server, if it can serve, is not ejected, and has not failed this request.</summary>
    private Server? OwnServer(PoolSnapshot snapshot) =>
        HasOwnServer && !_passedOver && snapshot.Find(_session.Ticket.ServerTag) is { } own && snapshot.CanServe(own)
            && own.Load.Breaker.MayTake(_worker.Loop.Now) ? own : null;

    /// <summary>Leases the session's own server; null if there is none or it has no room.</summary>
    private Server? TakeOwn(PoolSnapshot snapshot) => OwnServer(snapshot) is { } own && own.Load.TryEnter(_worker.Loop.Now) ? own : null;
}
