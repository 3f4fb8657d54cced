using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionKeysTests
{
    [Fact]
    public void All_CurrentAmongTheOthers_IsListedOnceAndFirst()
    {
        SessionKey a = SessionSamples.Key(1), b = SessionSamples.Key(2), alike = SessionSamples.Key(1, shift: 1);
        var keys = new SessionKeys(a, [b, SessionSamples.Key(1), alike]);
        Assert.Same(a, keys.Current);
        Assert.Equal([a, b, alike], keys.All);
    }

    [Fact]
    public void Publish_NextKeys_AreCurrent()
    {
        SessionKeys first = SessionSamples.Keys(SessionSamples.Key(1)), next = SessionSamples.Keys(SessionSamples.Key(2));
        var ring = new SessionKeyring(first);
        Assert.Same(first, ring.Current);
        ring.Publish(next);
        Assert.Same(next, ring.Current);
    }

    [Fact]
    public void TakeMissed_AfterAnyNumberOfMisses_IsTrueOnce()
    {
        var ring = new SessionKeyring(SessionSamples.Keys(SessionSamples.Key()));
        Assert.False(ring.TakeMissed());
        ring.Miss();
        ring.Miss();
        Assert.True(ring.TakeMissed());
        Assert.False(ring.TakeMissed());
    }
}
