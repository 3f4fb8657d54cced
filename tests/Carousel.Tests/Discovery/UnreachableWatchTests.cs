using Carousel.Control.Discovery;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Discovery;

public sealed class UnreachableWatchTests
{
    [Fact]
    public void Look_FlaggedServers_HostsAreReportedOnce()
    {
        var pool = TestPool.Of("http://api:1\nhttp://web");
        var reported = new List<string>();
        var watch = new UnreachableWatch(pool, reported.Add);
        watch.Look();
        Assert.Empty(reported);
        pool.Current.Servers[1].NoteUnreachable();
        pool.Current.Servers[1].NoteUnreachable();
        watch.Look();
        Assert.Equal(["web"], reported);
        watch.Look();
        Assert.Equal(["web"], reported);
        pool.Current.Servers[1].NoteUnreachable();
        pool.Current.Servers[0].NoteUnreachable();
        watch.Look();
        Assert.Equal(["web", "api", "web"], reported);
    }
}
