using Carousel.Core.Pools;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>A request that crashes every server which reads it: how many servers does it reach? docs/decisions/0008-retries.md.</summary>
public sealed class DeadlyRequestTests
{
    private const int Servers = 8;

    private readonly HashSet<int> _dead = [];
    private readonly List<int> _executed = [];

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(2, true, false)]
    [InlineData(2, true, true)]
    [InlineData(1, true, true)]
    [InlineData(0, true, false)]
    [InlineData(4, true, true)]
    public void Get_CrashesItsServer_ReachesRetriesPlusOneServers(int retries, bool kept, bool restarts)
    {
        using Rig rig = Make(retries);
        FakeSocket client = rig.Connect();
        for (int i = 0; kept && i < Servers; i++)
        {
            rig.Send(client, Rig.Get("/"));
        }
        rig.Network.OnConnect = to => !restarts && _dead.Contains(to.AddressBytes[3] - 1) ? -Errno.ECONNREFUSED : 0;
        client = rig.Connect(Rig.Get("/deadly"));
        Assert.Equal("server-closed", Message.Responds(client.TakenText, ["GET"], client.EndSent)[^1].Field("X-Carousel-Reason"));
        Assert.Equal(retries + 1, _dead.Count);
        // A server that accepts a new connection shows that its kept one was only stale.
        Assert.Equal(retries + 1 + (restarts ? 1 : 0), _executed.Count);
        rig.AssertNothingLeft();
    }

    /// <summary>New connections first: the only kept connection is to the second or third server.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Get_KeptConnectionLast_ReachesNoMoreServers(int kept, bool restarts)
    {
        using Rig rig = Make(retries: 2);
        FakeSocket client = rig.Connect();
        for (int i = 1; i <= Servers; i++)
        {
            rig.Send(client, Rig.Get(i == kept ? "/" : "/close"));
        }
        rig.Network.OnConnect = to => !restarts && _dead.Contains(to.AddressBytes[3] - 1) ? -Errno.ECONNREFUSED : 0;
        rig.Connect(Rig.Get("/deadly"));
        Assert.Equal((3, restarts ? 4 : 3), (_dead.Count, _executed.Count));
        rig.AssertNothingLeft();
    }

    /// <summary>A POST is never retried.</summary>
    [Fact]
    public void Post_CrashesItsServer_ReachesOneServer()
    {
        using Rig rig = Make(retries: 2);
        rig.Connect("POST /deadly HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Single(_executed);
        rig.AssertNothingLeft();
    }

    /// <summary>Stale connections don't count: the next attempt counts as the first.</summary>
    [Fact]
    public void Get_StaleThenTwoServersCrash_IsServedByTheThird()
    {
        using Rig rig = Make(retries: 2);
        FakeSocket client = rig.Connect();
        for (int i = 0; i < Servers; i++)
        {
            rig.Send(client, Rig.Get("/"));
        }
        int received = 0;
        rig.OnRequest = (_, _) => ++received <= 3 ? [null] : [Rig.Ok("at last")];
        rig.Send(client, Rig.Get("/"));
        Assert.Contains("at last", client.TakenText);
        Assert.Equal(4, received);
        rig.AssertNothingLeft();
    }

    private Rig Make(int retries)
    {
        var rig = new Rig(pool: new PoolOptions { Retries = retries, Outliers = new() { IsOn = false } }, servers: Servers);
        rig.OnRequest = (socket, request) =>
        {
            if (HeldRig.PathOf(request) != "/deadly")
            {
                return [Rig.Ok("hello", HeldRig.PathOf(request) == "/close" ? "Connection: close\r\n" : "")];
            }
            int server = SessionRig.ServerOf(socket);
            _executed.Add(server);
            _dead.Add(server);
            return [null];
        };
        return rig;
    }
}
