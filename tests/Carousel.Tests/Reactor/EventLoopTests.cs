using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Reactor;

/// <summary>The loop with a poller controlled by the test.</summary>
public sealed class EventLoopTests
{
    private readonly ListPoller _poller = new();
    private readonly FakeClock _clock = new();
    private readonly Carousel.Engine.Reactor.EventLoop _loop;

    public EventLoopTests() => _loop = new Carousel.Engine.Reactor.EventLoop(_poller, _clock);

    [Fact]
    public void Event_ReachesItsTarget()
    {
        Target target = Watch(5);
        _poller.Report(target, Readiness.Readable);
        _loop.RunTick();
        Assert.Equal([Readiness.Readable], target.Seen);
    }

    [Fact]
    public void Event_EarlierRegistration_IsDropped()
    {
        Target old = Watch(5);
        ulong token = _poller.Tokens[5];
        _loop.Release(old);
        Target now = Watch(5);
        _poller.Report(token, Readiness.Readable);
        _loop.RunTick();
        Assert.Empty(old.Seen);
        Assert.Empty(now.Seen);
    }

    [Fact]
    public void Event_TargetReleasedInTheSameTick_IsDropped()
    {
        Target first = Watch(5), second = Watch(6);
        first.Then = () => _loop.Release(second);
        _poller.Report(first, Readiness.Readable);
        _poller.Report(second, Readiness.Readable);
        _loop.RunTick();
        Assert.Single(first.Seen);
        Assert.Empty(second.Seen);
    }

    [Fact]
    public void Release_DescriptorReusedByAnotherTarget_KeepsThatTarget()
    {
        Target old = Watch(5), now = Watch(5);
        _loop.Release(old);
        _poller.Report(now, Readiness.Writable);
        _loop.RunTick();
        Assert.Single(now.Seen);
    }

    [Fact]
    public void Watch_LargeDescriptor_Works()
    {
        Target target = Watch(70_000);
        _poller.Report(target, Readiness.Readable);
        _loop.RunTick();
        Assert.Single(target.Seen);
    }

    [Fact]
    public void Watch_Refused_ReportsNothing()
    {
        _poller.Result = -Errno.ENOMEM;
        var target = new Target(5);
        Assert.Equal(-Errno.ENOMEM, _loop.Watch(target));
        _poller.Report((ulong)target.Generation << 32 | 5, Readiness.Readable);
        _loop.RunTick();
        Assert.Empty(target.Seen);
    }

    [Fact]
    public void Resume_EventsFirst_TheLoopDoesNotSleep()
    {
        Target target = Watch(5);
        var order = new List<string>();
        target.Then = () => order.Add("event");
        var work = new Work();
        work.Then = () =>
        {
            order.Add("work");
            if (order.Count < 4)
            {
                _loop.ResumeNextTick(work);
            }
        };
        _loop.ResumeNextTick(work);
        _poller.Report(target, Readiness.Readable);
        _loop.RunTick();
        Assert.Equal(0, _poller.Timeout);
        Assert.Equal(["event", "work"], order);
        _poller.Report(target, Readiness.Readable);
        _loop.RunTick();
        Assert.Equal(["event", "work", "event", "work"], order);
        _loop.RunTick();
        Assert.Equal(-1, _poller.Timeout);
    }

    [Fact]
    public void Deadline_Armed_SleepsUntilIt()
    {
        var owner = new Sleeper();
        _loop.Wheel.Arm(owner.Deadline, _loop.Now + 1000);
        _loop.RunTick();
        Assert.InRange(_poller.Timeout, 1000, 1000 + TimingWheel.TickMs);
        _clock.Advance(_poller.Timeout);
        _loop.RunTick();
        Assert.True(owner.IsAwake);
    }

    private Target Watch(int fd)
    {
        var target = new Target(fd);
        Assert.True(_loop.Watch(target) >= 0);
        return target;
    }

    private sealed class Target : EventTarget
    {
        public Target(int fd) => Fd = fd;

        public List<Readiness> Seen { get; } = [];

        public Action Then { get; set; } = () => { };

        public override void OnEvents(Readiness readiness)
        {
            Seen.Add(readiness);
            Then();
        }
    }

    private sealed class Work : IResumable
    {
        public Action Then { get; set; } = () => { };

        public void Resume() => Then();
    }

    private sealed class Sleeper : IDeadlineOwner
    {
        public Sleeper() => Deadline = new Deadline(this);

        public Deadline Deadline { get; }

        public bool IsAwake { get; private set; }

        public void OnDeadline(Deadline deadline) => IsAwake = true;
    }

    private sealed class ListPoller : Poller
    {
        private readonly List<(ulong Token, Readiness Readiness)> _next = [];
        private List<(ulong Token, Readiness Readiness)> _now = [];

        public Dictionary<int, ulong> Tokens { get; } = [];

        public int Result { get; set; }

        public int Timeout { get; private set; }

        public void Report(EventTarget target, Readiness readiness) => Report(Tokens[target.Fd], readiness);

        public void Report(ulong token, Readiness readiness) => _next.Add((token, readiness));

        public override int Register(int fd, Readiness interest, ulong token)
        {
            Tokens[fd] = token;
            return Result;
        }

        public override void Unregister(int fd) => Tokens.Remove(fd);

        public override int Wait(int timeoutMs)
        {
            Timeout = timeoutMs;
            _now = [.. _next];
            _next.Clear();
            return _now.Count;
        }

        public override void Get(int index, out Readiness readiness, out ulong token) => (token, readiness) = _now[index];
    }
}
