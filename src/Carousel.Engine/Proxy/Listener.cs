using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's share of a listening socket, which all workers watch and one of which is woken (EPOLLEXCLUSIVE). What it accepts goes to the worker with the
/// fewest connections.
/// </summary>
internal sealed class Listener : EventTarget, IDeadlineOwner
{
    /// <summary>Connections accepted a turn, so that a storm of new ones does not starve those that are there.</summary>
    private const int MaxAcceptsPerTick = 16;

    /// <summary>
    /// Ticks in a row whose accepts all succeeded before more are made in one. An accept that finds nothing costs the kernel about as much as one that does (it makes the
    /// socket first); a connection that waits for the next tick costs a tenth of that.
    /// </summary>
    private const int GrowAfter = 4;

    /// <summary>On leaving, at most this many wait in the kernel's queue (<see cref="ListenSocket.Backlog"/>).</summary>
    private const int MaxAcceptsOnShutdown = ListenSocket.Backlog;

    /// <summary>Without descriptors, accepting pauses: the listener stays readable, and would keep the worker spinning.</summary>
    private const int PauseMs = 100;

    private readonly Worker _worker;
    private readonly Deadline _pause;
    private int _accepts = 1, _successes;

    public Listener(Worker worker, int fd)
    {
        _worker = worker;
        _pause = new Deadline(this);
        Fd = fd;
    }

    public void Watch() => _worker.Loop.Watch(this, Readiness.Readable | Readiness.Exclusive);

    /// <summary>
    /// Level-triggered: what is not accepted now is reported again. So the number of accepts follows the number of connections found, and a call that finds none is
    /// rare.
    /// </summary>
    public override void OnEvents(Readiness readiness)
    {
        for (int i = 0; i < _accepts; i++)
        {
            if (!AcceptOne())
            {
                _accepts = Math.Max(1, i);
                _successes = 0;
                return;
            }
        }
        if (++_successes >= GrowAfter)
        {
            _accepts = Math.Min(_accepts * 2, MaxAcceptsPerTick);
            _successes = 0;
        }
    }

    public void OnDeadline(Deadline deadline)
    {
        if (!_worker.IsDraining)
        {
            Watch();
        }
    }

    /// <summary>Takes in what the kernel has already accepted for us, then stops.</summary>
    public void Leave()
    {
        for (int i = 0; i < MaxAcceptsOnShutdown && AcceptOne(); i++)
        {
        }
        if (!_pause.IsArmed)
        {
            _worker.Loop.Unwatch(this);
        }
        _worker.Loop.Wheel.Remove(_pause);
    }

    /// <summary>False if there is none (or none can be had now).</summary>
    private bool AcceptOne()
    {
        int fd = _worker.Transport.Accept(Fd, out SockAddr peer);
        if (fd >= 0)
        {
            _worker.Admit(fd, peer);
            return true;
        }
        if (Errno.IsOutOfResources(-fd))
        {
            if (_worker.TryMakeRoom())
            {
                return true; // It is accepted in the place of one that is idle.
            }
            _worker.Log.Write(new FailureEvent(FailureReason.OutOfResources, "accepting a connection", null, -fd));
            if (!_pause.IsArmed)
            {
                _worker.Loop.Unwatch(this);
                _worker.Loop.Wheel.Arm(_pause, _worker.Loop.Now + PauseMs);
            }
            return false;
        }
        // A connection that was reset before we took it says nothing about the next.
        return fd is -Errno.ECONNABORTED or -Errno.EINTR;
    }
}
