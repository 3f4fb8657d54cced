using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>Reports no events.</summary>
internal sealed class SilentPoller : Poller
{
    public override int Register(int fd, Readiness interest, ulong token) => 0;

    public override void Unregister(int fd)
    {
    }

    public override int Wait(int timeoutMs) => 0;

    public override void Get(int index, out Readiness readiness, out ulong token) => throw new InvalidOperationException();
}
