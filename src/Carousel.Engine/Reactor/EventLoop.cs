using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>
/// A worker's event loop: waits for events, dispatches each to its target, fires deadlines, resumes work that had yielded. Single-threaded,
/// without locks.
/// </summary>
internal sealed class EventLoop
{
    /// <summary>Maximum events per tick: enough to spread the cost of waiting, few enough not to delay deadlines and mail.</summary>
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

    /// <summary>Start of this tick in the clock's milliseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Start of this tick in microseconds from an arbitrary start.</summary>
    public long NowMicros => _tickMicros;

    /// <summary>Seconds since 1970, for times that other processes see. The clock is read at most once per tick.</summary>
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

    /// <summary>Registers once, edge-triggered for both directions. Call <see cref="Release"/> before the descriptor is closed.</summary>
    public int Watch(EventTarget target) =>
        Watch(target, Readiness.Readable | Readiness.Writable | Readiness.PeerClosed | Readiness.EdgeTriggered);

    /// <summary>Registers with the given interest. Returns 0 or the negated error.</summary>
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

    /// <summary>Dispatches no more events of this target, including pending ones. For a descriptor that is about to be closed.</summary>
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

    /// <summary>Resumes this in the next tick, after the events.</summary>
    public void ResumeNextTick(IResumable work) => _resumeNext.Add(work);

    /// <summary>Waits for events and handles them. Returns the time spent in microseconds, excluding the wait.</summary>
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
