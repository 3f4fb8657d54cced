using Carousel.Core.Policies;
using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>
/// A worker's requests that wait for a server with room, first come, first served. Requests that any server would do for stand in one line, and the first
/// of them speaks for all: when it finds everything full, so would the others. The choosy ones (a visitor who has a server, a request that servers have
/// failed) stand in another, each is asked by itself, and they hold up nobody.
/// <para>
/// Nobody is forgotten, because every event that may make room is followed by a look, at the end of the turn: a request is over here, one is over elsewhere
/// and its worker writes us, the pool changes; and so is the coming of a waiter, since room may have come between its pick and its place in line. How this
/// goes among workers is in docs/decisions/0013-queue.md. Its own worker's thread only, but where it says otherwise.
/// </para>
/// </summary>
internal sealed class RequestQueue : IResumable, IDeadlineOwner
{
    /// <summary>
    /// Own requests go first, unless others wait this much longer elsewhere: to wake another worker costs more than a request, but nobody is to starve
    /// because the server they need is always released on the other side.
    /// </summary>
    public const int HeadStartMs = 20;

    private const long NothingWaits = long.MaxValue;

    /// <summary>
    /// Picks in vain by choosy requests in one look, when there is room but not for them (at a server that refuses them all, say): such a pick looks at
    /// every server, and all of them together must not hold the worker up. The others are asked when the next request is over.
    /// </summary>
    private const int MaxFailedPicks = 64;

    private readonly Worker _worker;
    private readonly WorkerGroup _group;
    private readonly QueueEntryList _unconstrained = new(), _constrained = new();
    private readonly Deadline _again;
    private long _number;
    private long _waitsSince = NothingWaits;
    private int _constrainedCount;
    private bool _willLook, _released;

    /// <summary>1 while a letter is under way.</summary>
    private int _wakeUp;

    public RequestQueue(Worker worker, WorkerGroup group)
    {
        _worker = worker;
        _group = group;
        _again = new Deadline(this);
    }

    /// <summary>Since when the first in line waits, in the clock's milliseconds that all workers share; the end of time if there is none. Any thread.</summary>
    public long WaitsSince => Volatile.Read(ref _waitsSince);

    private bool IsEmpty => _unconstrained.First is null && _constrained.First is null;

    /// <summary>
    /// True if a request that has just come would overtake others of this worker, or some that wait much longer elsewhere. One look at a shared count
    /// while nobody waits.
    /// </summary>
    public bool MustWait() => _group.Waiting.Waiting != 0
        && (_unconstrained.First is not null
            || (_willLook && _constrained.First is not null)
            || _group.LongestWaiting(_worker, _worker.Loop.Now - HeadStartMs) is not null);

    /// <summary>Puts it at the end of its line; false if as many wait as may. It is asked once more at the end of this turn.</summary>
    public bool TryAdd(QueueEntry entry, bool isConstrained)
    {
        if (!_group.Waiting.TryEnter())
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
            // A full fence: who makes room from here on sees that somebody waits, and what was made before is seen by our look.
            Interlocked.Exchange(ref _waitsSince, entry.Since);
        }
        Recheck();
        return true;
    }

    /// <summary>It waits no more, for whatever reason.</summary>
    public void Remove(QueueEntry entry)
    {
        if (ReferenceEquals(entry.List, _constrained))
        {
            Interlocked.Decrement(ref _constrainedCount);
        }
        entry.List!.Remove(entry);
        Volatile.Write(ref _waitsSince, _unconstrained.First?.Since ?? NothingWaits);
        _worker.Counters.Waiting--;
        _group.Waiting.Leave();
    }

    /// <summary>A server of this worker's has one request less.</summary>
    public void Released()
    {
        if (_group.Waiting.Waiting != 0)
        {
            _released = true;
            Recheck();
        }
    }

    /// <summary>There may be room: whoever waits is asked at the end of this turn.</summary>
    public void Recheck()
    {
        if (!_willLook)
        {
            _willLook = true;
            _worker.Loop.ResumeNextTick(this);
        }
    }

    /// <summary>There may be room for a request that waits here. Any thread; many in a row are one letter.</summary>
    public void WakeUp()
    {
        if (Interlocked.Exchange(ref _wakeUp, 1) == 0)
        {
            _worker.Post(new Mail(MailKind.Room));
        }
    }

    /// <summary>The letter has come.</summary>
    public void OnWakeUp()
    {
        Volatile.Write(ref _wakeUp, 0);
        Recheck();
    }

    public void OnDeadline(Deadline deadline) => Recheck();

    public void Resume()
    {
        _willLook = false;
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

    /// <summary>An ejected server that may be tried again makes room, and nobody tells.</summary>
    private void WaitForTrial()
    {
        long at = Picker.NextTrial(_worker.Pool.Current, _worker.Loop.Now);
        if (at != long.MaxValue)
        {
            _worker.Loop.Wheel.Arm(_again, at);
        }
    }

    /// <summary>Asks in the order of coming who can go on; of those in line, until the first can't.</summary>
    private void Offer()
    {
        bool hasRoom = HasRoom();
        // With no server left at all, those in line are to be told, not kept.
        QueueEntry? unconstrained = hasRoom || !_worker.Picker.IsFull(_worker.Pool.Current, _worker.Loop.Now) ? _unconstrained.First : null;
        QueueEntry? constrained = _constrained.First;
        int failedPicks = 0;
        while (unconstrained is not null || constrained is not null)
        {
            if (constrained is not null && (unconstrained is null || constrained.Number < unconstrained.Number))
            {
                QueueEntry? next = constrained.Next;
                bool mayPick = hasRoom && failedPicks < MaxFailedPicks;
                bool isPick = mayPick && !constrained.Exchange.WaitsForOwn;
                if (!constrained.Exchange.TryLeaveQueue(mayPick) && isPick)
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

    /// <summary>The next in line; null if this one must wait, and so must they.</summary>
    private QueueEntry? OfferTo(QueueEntry first)
    {
        if (_group.LongestWaiting(_worker, first.Since - HeadStartMs) is { } longerWaiting)
        {
            Wake(longerWaiting);
            return null;
        }
        if (first.Exchange.TryLeaveQueue(mayPick: true))
        {
            return _unconstrained.First;
        }
        if (HasRoom())
        {
            // The ring follows the snapshot by an instant, and another worker may have snatched each pick: asked again a tick later.
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

    /// <summary>Only they know whether they can use what came free here.</summary>
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
