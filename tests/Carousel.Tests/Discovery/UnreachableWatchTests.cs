using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Xunit;

namespace Carousel.Tests.Discovery;

public sealed class UnreachableWatchTests
{
    [Fact]
    public void Look_FlaggedServers_HostsAreReportedOnce()
    {
        var pool = new Pool(PoolBuilder.Build(PoolBuilder.Servers(ServersParser.Parse("http://api:1\nhttp://web").Servers)));
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
