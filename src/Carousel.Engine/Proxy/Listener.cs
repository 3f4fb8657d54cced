using Carousel.Core.Events;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's registration of a listening socket, which all workers watch and one of which is woken (EPOLLEXCLUSIVE). An accepted connection goes to the
/// worker with the fewest connections.
/// </summary>
internal sealed class Listener : EventTarget, IDeadlineOwner
{
    /// <summary>Accepts per tick, so that a burst of new connections does not starve the open ones.</summary>
    private const int MaxAcceptsPerTick = 16;

    /// <summary>
    /// Consecutive ticks in which every accept succeeded before the number per tick doubles. An accept that finds nothing costs the kernel about as much as
    /// one that succeeds (it creates the socket first). A connection that waits for the next tick costs a tenth of that.
    /// </summary>
    private const int GrowAfter = 4;

    /// <summary>Accepts at shutdown: the kernel's queue holds no more (<see cref="ListenSocket.Backlog"/>).</summary>
    private const int MaxAcceptsOnShutdown = ListenSocket.Backlog;

    /// <summary>Pause after accept runs out of descriptors: the listener stays readable, and the worker would spin.</summary>
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
    /// Level-triggered: connections not accepted now are reported again. The number of accepts follows the number of connections found, so that an accept
    /// without success is rare.
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

    /// <summary>Accepts what is in the kernel's queue, then stops listening.</summary>
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

    /// <summary>False if there is no connection, or none can be accepted now.</summary>
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
                return true; // An idle connection was closed: the next accept has its descriptor.
            }
            _worker.Log.Write(new FailureEvent(FailureReason.OutOfResources, "accepting a connection", null, -fd));
            if (!_pause.IsArmed)
            {
                _worker.Loop.Unwatch(this);
                _worker.Loop.Wheel.Arm(_pause, _worker.Loop.Now + PauseMs);
            }
            return false;
        }
        // A connection that was reset before it was accepted does not mean that the queue is empty.
        return fd is -Errno.ECONNABORTED or -Errno.EINTR;
    }
}
