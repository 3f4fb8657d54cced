using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>
/// Epoll over a <see cref="FakeNetwork"/>. Edge-triggered sockets are reported when their state has changed, with their full state, as the kernel does. The
/// mailbox and listeners are level-triggered. Never waits: with nothing to report it records the requested timeout.
/// </summary>
internal sealed class ScriptedPoller(FakeNetwork network) : Poller
{
    private readonly Dictionary<int, (Readiness Interest, ulong Token)> _watched = [];
    private readonly List<(Readiness Readiness, ulong Token)> _events = [];

    /// <summary>The last wait had nothing to report and was allowed to sleep.</summary>
    public bool IsQuiet { get; private set; }

    /// <summary>How long the last wait was allowed to sleep; -1 for no limit.</summary>
    public int Timeout { get; private set; }

    /// <summary>The worker has mail.</summary>
    public bool MailArrived { get; set; }

    public int MostEvents { get; set; } = 256;

    public override int Register(int fd, Readiness interest, ulong token)
    {
        if (FakeNetwork.IsFake(fd) && network.TakeFault(fd, "register") is not null)
        {
            return -Errno.ENOMEM;
        }
        _watched.Add(fd, (interest, token));
        network.Touch(fd);
        return 0;
    }

    public override void Unregister(int fd) => _watched.Remove(fd);

    /// <summary>Closing a descriptor removes it from every epoll set.</summary>
    public void Forget(int fd) => _watched.Remove(fd);

    public override int Wait(int timeoutMs)
    {
        _events.Clear();
        foreach ((int fd, (Readiness interest, ulong token)) in _watched)
        {
            Readiness state = Report(fd, interest);
            if (state != Readiness.None && _events.Count < MostEvents)
            {
                network.Untouch(fd);
                _events.Add((state, token));
            }
        }
        MailArrived = false;
        Timeout = timeoutMs;
        IsQuiet = _events.Count == 0 && timeoutMs != 0;
        return _events.Count;
    }

    public override void Get(int index, out Readiness readiness, out ulong token) => (readiness, token) = _events[index];

    private Readiness Report(int fd, Readiness interest)
    {
        if (!FakeNetwork.IsFake(fd))
        {
            return MailArrived ? Readiness.Readable : Readiness.None;
        }
        bool isEdge = (interest & Readiness.EdgeTriggered) != 0;
        if (isEdge && !network.IsTouched(fd))
        {
            return Readiness.None;
        }
        return network.StateOf(fd) & (interest | Readiness.Error | Readiness.HangUp);
    }
}
