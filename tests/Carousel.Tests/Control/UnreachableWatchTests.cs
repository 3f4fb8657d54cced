using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Xunit;

namespace Carousel.Tests.Control;

public sealed class UnreachableWatchTests
{
    [Fact]
    public void Look_ServersWereNoted_TheirHostsAreToldOnce()
    {
        var pool = new ServerPool(PoolBuilder.Build(PoolBuilder.Servers(ServersParser.Parse("http://api:1\nhttp://web").Servers)));
        var told = new List<string>();
        var watch = new UnreachableWatch(pool, told.Add);
        watch.Look();
        Assert.Empty(told);
        pool.Current.Servers[1].NoteUnreachable();
        pool.Current.Servers[1].NoteUnreachable();
        watch.Look();
        Assert.Equal(["web"], told);
        watch.Look();
        Assert.Equal(["web"], told);
        pool.Current.Servers[1].NoteUnreachable();
        pool.Current.Servers[0].NoteUnreachable();
        watch.Look();
        Assert.Equal(["web", "api", "web"], told);
    }
}
