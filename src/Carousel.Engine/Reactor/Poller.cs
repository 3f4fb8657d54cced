using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>Source of a reactor's events: epoll, or a test.</summary>
internal abstract class Poller
{
    /// <inheritdoc cref="EpollSet.Register"/>
    public abstract int Register(int fd, Readiness interest, ulong token);

    /// <inheritdoc cref="EpollSet.Unregister"/>
    public abstract void Unregister(int fd);

    /// <inheritdoc cref="EpollSet.Wait"/>
    public abstract int Wait(int timeoutMs);

    /// <summary>Returns one event of the last <see cref="Wait"/>.</summary>
    public abstract void Get(int index, out Readiness readiness, out ulong token);
}

/// <inheritdoc cref="Poller"/>
internal sealed class EpollPoller(int maxEvents) : Poller, IDisposable
{
    private readonly EpollSet _set = new(maxEvents);

    public override int Register(int fd, Readiness interest, ulong token) => _set.Register(fd, interest, token);

    public override void Unregister(int fd) => _set.Unregister(fd);

    public override int Wait(int timeoutMs) => _set.Wait(timeoutMs);

    public override void Get(int index, out Readiness readiness, out ulong token) => _set.Get(index, out readiness, out token);

    public void Dispose() => _set.Dispose();
}
