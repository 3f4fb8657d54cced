using Carousel.Core.Pools;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's requests that wait for a server with room, first in, first out. Unconstrained requests, which any server can take, form one queue, and its
/// first entry represents all: if it finds every server full, so would the others. Constrained requests (a session bound to a server, a request that servers
/// have failed) form another queue. Each is checked by itself, and they do not block others.
/// <para>
/// Every event that may free a slot schedules a recheck at the end of the tick, so no entry is missed: a request ends here, a request ends on another worker
/// (which sends a wake-up), the pool changes. Adding an entry schedules one too, since a slot may have been freed between its pick and its queueing. The
/// protocol between workers is in docs/decisions/0013-queue.md. Its own worker's thread only, unless noted otherwise.
/// </para>
/// </summary>
internal sealed class RequestQueue : IResumable, IDeadlineOwner
{
    /// <summary>
    /// A worker's own requests go first, unless requests of other workers have waited this much longer: waking another worker costs more than a request, but
    /// no request may starve because its slot is always freed on another worker.
    /// </summary>
    public const int HeadStartMs = 20;

    private const long NothingWaits = long.MaxValue;

    /// <summary>
    /// Failed picks by constrained requests per recheck, when there is room but not for them (a server that refuses all of them, for example). Such a pick
    /// scans every server, and all of them together must not block the worker. The remaining entries are checked when the next request ends.
    /// </summary>
    private const int MaxFailedPicks = 64;

    private readonly Worker _worker;
    private readonly WorkerGroup _group;
    private readonly QueueEntryList _unconstrained = new(), _constrained = new();
    private readonly Deadline _again;
    private long _number;
    private long _waitsSince = NothingWaits;
    private int _constrainedCount;
    private bool _willRecheck, _released;

    /// <summary>1 while a wake-up is pending.</summary>
    private int _wakeUp;

    public RequestQueue(Worker worker, WorkerGroup group)
    {
        _worker = worker;
        _group = group;
        _again = new Deadline(this);
    }

    /// <summary>
    /// Since when the first unconstrained entry waits, in the clock's milliseconds, which all workers share; <see cref="long.MaxValue"/> if there is none.
    /// Any thread.
    /// </summary>
    public long WaitsSince => Volatile.Read(ref _waitsSince);

    private bool IsEmpty => _unconstrained.First is null && _constrained.First is null;

    /// <summary>
    /// True if a new request would overtake others of this worker, or some that have waited much longer on other workers. Costs one load of a shared count
    /// while no request waits.
    /// </summary>
    public bool MustWait() => _group.Pool.Waiting.Waiting != 0
        && (_unconstrained.First is not null
            || (_willRecheck && _constrained.First is not null)
            || _group.LongestWaiting(_worker, _worker.Loop.Now - HeadStartMs) is not null);

    /// <summary>Adds it to the end of its queue; false if the queue limit is reached. It is rechecked at the end of this tick.</summary>
    public bool TryAdd(QueueEntry entry, bool isConstrained)
    {
        if (!_group.Pool.Waiting.TryEnter())
        {
            return false;
        }
        _worker.Counters.Waiting++;
        entry.Number = _number++;
        entry.Since = _worker.Loop.Now;
        (isConstrained ? _constrained : _unconstrained).Add(entry);
        if (isConstrained)
        {
            Interlocked.Increment(ref _constrainedCount);
        }
        else if (ReferenceEquals(_unconstrained.First, entry))
        {
            // A full fence: any thread that frees a slot from here on sees the waiting entry, and the recheck sees slots freed before.
            Interlocked.Exchange(ref _waitsSince, entry.Since);
        }
        Recheck();
        return true;
    }

    /// <summary>Removes it, for whatever reason.</summary>
    public void Remove(QueueEntry entry)
    {
        if (ReferenceEquals(entry.List, _constrained))
        {
            Interlocked.Decrement(ref _constrainedCount);
        }
        entry.List!.Remove(entry);
        Volatile.Write(ref _waitsSince, _unconstrained.First?.Since ?? NothingWaits);
        _worker.Counters.Waiting--;
        _group.Pool.Waiting.Leave();
    }

    /// <summary>A request of this worker has released its slot.</summary>
    public void Released()
    {
        if (_group.Pool.Waiting.Waiting != 0)
        {
            _released = true;
            Recheck();
        }
    }

    /// <summary>There may be room: waiting requests are checked at the end of this tick.</summary>
    public void Recheck()
    {
        if (!_willRecheck)
        {
            _willRecheck = true;
            _worker.Loop.ResumeNextTick(this);
        }
    }

    /// <summary>There may be room for a request that waits here. Any thread; repeated calls are merged into one wake-up.</summary>
    public void WakeUp()
    {
        if (Interlocked.Exchange(ref _wakeUp, 1) == 0)
        {
            _worker.Post(new Mail(MailKind.Room));
        }
    }

    /// <summary>The wake-up has arrived.</summary>
    public void OnWakeUp()
    {
        Volatile.Write(ref _wakeUp, 0);
        Recheck();
    }

    public void OnDeadline(Deadline deadline) => Recheck();

    public void Resume()
    {
        _willRecheck = false;
        bool released = _released;
        _released = false;
        Offer();
        if (released)
        {
            WakeConstrained();
        }
        if (IsEmpty)
        {
            _again.Disarm();
        }
        else if (!_again.IsArmed)
        {
            WaitForTrial();
        }
    }

    /// <summary>An ejected server may be tried again at a known time, without an event.</summary>
    private void WaitForTrial()
    {
        long at = Picker.NextTrial(_worker.Pool.Current, _worker.Loop.Now);
        if (at != long.MaxValue)
        {
            _worker.Loop.Wheel.Arm(_again, at);
        }
    }

    /// <summary>Offers room to waiting requests in arrival order. Stops with the unconstrained ones at the first that must keep waiting.</summary>
    private void Offer()
    {
        bool hasRoom = HasRoom();
        // With no server left at all, unconstrained requests must fail rather than wait.
        QueueEntry? unconstrained = hasRoom || !_worker.Picker.IsFull(_worker.Pool.Current, _worker.Loop.Now) ? _unconstrained.First : null;
        QueueEntry? constrained = _constrained.First;
        int failedPicks = 0;
        while (unconstrained is not null || constrained is not null)
        {
            if (constrained is not null && (unconstrained is null || constrained.Number < unconstrained.Number))
            {
                QueueEntry? next = constrained.Next;
                bool mayPick = hasRoom && failedPicks < MaxFailedPicks;
                bool isPick = mayPick && !constrained.Request.WaitsForOwn;
                if (!constrained.Request.TryLeaveQueue(mayPick) && isPick)
                {
                    failedPicks++;
                }
                constrained = next;
            }
            else
            {
                unconstrained = OfferTo(unconstrained!);
            }
        }
        if (hasRoom && _unconstrained.First is null)
        {
            Wake(_group.LongestWaiting(_worker, NothingWaits));
        }
    }

    /// <summary>Returns the next unconstrained entry; null if this one must wait, and so must the rest.</summary>
    private QueueEntry? OfferTo(QueueEntry first)
    {
        if (_group.LongestWaiting(_worker, first.Since - HeadStartMs) is { } longerWaiting)
        {
            Wake(longerWaiting);
            return null;
        }
        if (first.Request.TryLeaveQueue(mayPick: true))
        {
            return _unconstrained.First;
        }
        if (HasRoom())
        {
            // The ring lags behind the snapshot briefly, and other workers may have taken each picked slot: rechecked a tick later.
            _worker.Loop.Wheel.Arm(_again, _worker.Loop.Now + 1);
        }
        return null;
    }

    private bool HasRoom() => _worker.Picker.HasRoom(_worker.Pool.Current, _worker.Loop.Now);

    private void Wake(Worker? worker)
    {
        if (worker is not null && HasRoom())
        {
            worker.Queue.WakeUp();
        }
    }

    /// <summary>Only the other workers' constrained requests know whether they can use the slot freed here.</summary>
    private void WakeConstrained()
    {
        foreach (Worker worker in _group.Workers)
        {
            if (!ReferenceEquals(worker, _worker) && Volatile.Read(ref worker.Queue._constrainedCount) != 0)
            {
                worker.Queue.WakeUp();
            }
        }
    }
}
