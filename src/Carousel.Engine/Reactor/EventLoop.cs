using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>
/// One worker's loop: waits for events, hands each to its target, fires deadlines, resumes what had yielded. All on one thread, nothing locked.
/// </summary>
internal sealed class EventLoop
{
    /// <summary>Events taken a turn: enough to spread the cost of waiting, few enough that deadlines and mail are not kept waiting.</summary>
    public const int MaxEventsPerTick = 256;

    private readonly Poller _poller;
    private readonly Clock _clock;
    private EventTarget?[] _targets = new EventTarget?[1024];
    private uint _generation;
    private long _unixSeconds, _unixSecondsOf = -1;

    private long _tickMicros;
    private List<IResumable> _resumeNow = [], _resumeNext = [];

    public EventLoop(Poller poller, Clock clock)
    {
        _poller = poller;
        _clock = clock;
        Now = clock.Milliseconds;
        _tickMicros = clock.Microseconds;
        Wheel = new TimingWheel(Now);
    }

    /// <summary>When this turn began, in the clock's milliseconds.</summary>
    public long Now { get; private set; }

    /// <summary>When this turn began, in microseconds from an arbitrary start.</summary>
    public long NowMicros => _tickMicros;

    /// <summary>Seconds since 1970, for what leaves this process: the clock is asked once a turn at most.</summary>
    public long UnixSeconds
    {
        get
        {
            if (_unixSecondsOf != Now)
            {
                _unixSecondsOf = Now;
                _unixSeconds = _clock.UnixSeconds;
            }
            return _unixSeconds;
        }
    }

    public TimingWheel Wheel { get; }

    /// <summary>Registers once, edge-triggered for both directions; <see cref="Release"/> before the descriptor is closed.</summary>
    public int Watch(EventTarget target) =>
        Watch(target, Readiness.Readable | Readiness.Writable | Readiness.PeerClosed | Readiness.EdgeTriggered);

    /// <summary>Registers with the interest given; 0, or the error negated.</summary>
    public int Watch(EventTarget target, Readiness interest)
    {
        int fd = target.Fd;
        if (fd >= _targets.Length)
        {
            Array.Resize(ref _targets, Math.Max(fd + 1, _targets.Length * 2));
        }
        target.Generation = ++_generation;
        int result = _poller.Register(fd, interest, (ulong)target.Generation << 32 | (uint)fd);
        if (result >= 0)
        {
            _targets[fd] = target;
        }
        return result;
    }

    /// <summary>Hands out no more events of this target, pending ones included. The descriptor is about to be closed.</summary>
    public void Release(EventTarget target)
    {
        if (ReferenceEquals(_targets[target.Fd], target))
        {
            _targets[target.Fd] = null;
        }
    }

    /// <summary>As <see cref="Release"/>, for a descriptor that stays open.</summary>
    public void Unwatch(EventTarget target)
    {
        Release(target);
        _poller.Unregister(target.Fd);
    }

    /// <summary>Goes on with this in the next turn, after others had theirs.</summary>
    public void ResumeNextTick(IResumable work) => _resumeNext.Add(work);

    /// <summary>Waits for something to do and does it; how long that took, without the waiting, in microseconds.</summary>
    public long RunTick()
    {
        int timeout = _resumeNext.Count > 0 ? 0 : Wheel.MillisecondsToNext(Now);
        int count = _poller.Wait(timeout);
        Now = _clock.Milliseconds;
        long began = _tickMicros = _clock.Microseconds;
        for (int i = 0; i < count; i++)
        {
            _poller.Get(i, out Readiness readiness, out ulong token);
            if (_targets[(int)(uint)token] is { } target && target.Generation == (uint)(token >> 32))
            {
                target.OnEvents(readiness);
            }
        }
        Wheel.Advance(Now);
        Resume();
        return _clock.Microseconds - began;
    }

    private void Resume()
    {
        (_resumeNow, _resumeNext) = (_resumeNext, _resumeNow);
        foreach (IResumable work in _resumeNow)
        {
            work.Resume();
        }
        _resumeNow.Clear();
    }
}
