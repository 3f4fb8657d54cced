using Carousel.Core.Policies;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>Waiting for a server with room: who may wait, and what for. The order is the <see cref="RequestQueue"/>'s.</summary>
internal sealed partial class Exchange
{
    /// <summary>The request was let through to the servers: it isn't sent back behind those that came later.</summary>
    private bool _wasReleased;

    private bool _waitsForOwn;

    /// <summary>It waited for the visitor's own server in vain: any will do.</summary>
    private bool _gaveUpOwn;

    /// <summary>It waits for the visitor's own server, a while, and looks at no other.</summary>
    public bool WaitsForOwn => _waitsForOwn;

    /// <summary>
    /// Asked when there may be room. True if it waits no more, since a server has taken it on, or since there is nothing left to wait for: it goes on in the
    /// next turn.
    /// </summary>
    /// <param name="mayPick">False if no server has room, but maybe the visitor's own.</param>
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

    /// <summary>After a pick that found nobody: true if it is for want of room only.</summary>
    private bool MayWait(PoolSnapshot snapshot) =>
        Picker.IsFull(snapshot, _tried, _worker.Loop.Now) || OwnServer(snapshot) is not null;

    /// <summary>Route. To Queue, or Done with an error (no more may wait); or Route again (a visitor gives up their own server).</summary>
    private Step Wait(PoolSnapshot snapshot)
    {
        _waitsForOwn = MayWaitForOwn(snapshot);
        if (_worker.Queue.TryAdd(_place, isConstrained: HasOwnServer || _passedOver))
        {
            Enter(RequestLeg.Queue);
            return Step.Blocked;
        }
        return _waitsForOwn ? GiveUpOwn() : Fail(FailureReason.QueueFull);
    }

    /// <summary>Queue, at its deadline. To Route (a visitor moves), or Done with an error.</summary>
    private Step WaitedLongEnough()
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

    /// <summary>The visitor's own server, if it can serve, is not ejected, and has not failed this request.</summary>
    private Server? OwnServer(PoolSnapshot snapshot) =>
        HasOwnServer && !_passedOver && snapshot.Find(_session.Ticket.ServerTag) is { } own && snapshot.CanServe(own)
            && own.Load.Breaker.MayTake(_worker.Loop.Now) ? own : null;

    /// <summary>The visitor's own server, which has taken the request on; null if there is none, or no room.</summary>
    private Server? TakeOwn(PoolSnapshot snapshot) => OwnServer(snapshot) is { } own && own.Load.TryEnter(_worker.Loop.Now) ? own : null;
}
