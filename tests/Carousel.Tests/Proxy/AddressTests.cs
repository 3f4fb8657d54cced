using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>A server with several addresses, some unreachable: which is tried when, and what is remembered. Server a's are 10.0.N.1.</summary>
public sealed class AddressTests
{
    private const long Delay = AddressOrder.DelayMs;
    private const int Silent = -Errno.EINPROGRESS;

    /// <summary>Deadlines fire up to a tick late.</summary>
    private const int Tick = 8;

    [Fact]
    public void Connect_FirstAddressIsSilent_NextIsTriedAfterTheDelayAndRemembered()
    {
        using var rig = new Rig(addresses: 2);
        rig.Network.OnConnect = to => Number(to) == 0 ? Silent : 0;
        FakeSocket client = rig.Connect(Rig.Get("/1"));
        rig.Advance(Delay - 1);
        Assert.Empty(client.TakenText);
        Assert.Equal([0], Tried(rig));
        rig.Advance(1 + Tick);
        Assert.Contains("hello", client.TakenText);
        Assert.Equal([0, 1], Tried(rig));
        Assert.True(rig.Servers[0].IsClosed);
        // The address that worked is now tried first, without delay.
        rig.Servers[1].Finish();
        rig.Run();
        Assert.Contains("hello", rig.Connect(Rig.Get("/2")).TakenText);
        Assert.Equal([0, 1, 1], Tried(rig));
        Assert.Empty(rig.Reasons());
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Connect_RememberedAddressFails_OthersAreTriedInOrder()
    {
        using var rig = new Rig(addresses: 3);
        int alive = 1;
        rig.Network.OnConnect = to => Number(to) == alive ? 0 : -Errno.ECONNREFUSED;
        var tried = new List<int>();
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            tried.Add(Number(server.Peer));
        };
        rig.Connect(Rig.Get("/1"));
        rig.Servers[^1].Finish();
        rig.Run();
        alive = 2;
        rig.Network.OnConnect = to =>
        {
            tried.Add(Number(to));
            return Number(to) == alive ? 0 : -Errno.ECONNREFUSED;
        };
        tried.Clear();
        Assert.Contains("hello", rig.Connect(Rig.Get("/2")).TakenText);
        Assert.Equal([1, 0, 2, 2], tried);
        Assert.Equal(2, rig.Pool.Current.Servers[0].WorkedLast!.Address.GetAddressBytes()[2]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Connect_AllSilentAtFirst_TheFirstToConnectWinsAndTheOthersAreClosed(int winner)
    {
        using var rig = new Rig(addresses: 3);
        rig.Network.OnConnect = _ => Silent;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Advance(Delay + Tick);
        rig.Advance(Delay + Tick);
        Assert.Equal([0, 1, 2], Tried(rig));
        Assert.All(rig.Servers, server => Assert.False(server.IsClosed));
        rig.Servers[winner].EndConnect(0);
        rig.Run();
        Assert.Contains("hello", client.TakenText);
        Assert.Equal([winner], rig.Servers.Where(server => !server.IsClosed).Select(server => Number(server.Peer)));
        rig.AssertNothingLeft();
    }

    /// <summary>Both are reported in one tick: one is used, the other closed.</summary>
    [Fact]
    public void Connect_TwoConnectAtOnce_OneIsUsed()
    {
        using var rig = new Rig(addresses: 2);
        rig.Network.OnConnect = _ => Silent;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Advance(Delay + Tick);
        rig.Servers.ForEach(server => server.EndConnect(0));
        rig.Run();
        Assert.Single(Message.Responds(client.TakenText, ["GET"], false));
        Assert.Single(rig.Servers, server => !server.IsClosed);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Connect_OneOfTwoAttemptsFails_NextBeginsAtOnceAndTheOtherContinues(int failing)
    {
        using var rig = new Rig(addresses: 3);
        rig.Network.OnConnect = _ => Silent;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Advance(Delay + Tick);
        rig.Servers[failing].EndConnect(Errno.ECONNREFUSED);
        rig.Run();
        Assert.Equal([0, 1, 2], Tried(rig));
        rig.Servers[1 - failing].EndConnect(0);
        rig.Run();
        Assert.Contains("hello", client.TakenText);
        rig.AssertNothingLeft();
    }

    /// <summary>All addresses share one connect timeout, however many there are, and each is tried within it.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    public void Connect_NoAddressConnects_ServerIsSkippedAtTheTimeout(int addresses)
    {
        var options = new PoolOptions { ConnectTimeout = TimeSpan.FromSeconds(2) };
        using var rig = new Rig(servers: 2, addresses: addresses, pool: options);
        rig.Network.OnConnect = to => to.AddressBytes[3] == 1 ? Silent : 0;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        for (int passed = 0; passed < 2000; passed += Tick)
        {
            Assert.Empty(client.TakenText);
            rig.Advance(Tick);
        }
        rig.Advance(Tick);
        Assert.Contains("hello", client.TakenText);
        Assert.Equal([.. Enumerable.Range(0, addresses), 0], Tried(rig));
        Assert.All(rig.Servers.SkipLast(1), server => Assert.True(server.IsClosed));
        Assert.Equal([FailureReason.ConnectTimeout], rig.Reasons());
        Assert.True(rig.Pool.Current.Servers[0].TakeUnreachable());
        Assert.False(rig.Pool.Current.Servers[1].TakeUnreachable());
        rig.AssertNothingLeft();
    }

    /// <summary>A client refused by 127.0.0.1 must not get the IPv6 error of this machine, whichever came first.</summary>
    [Theory]
    [InlineData(Errno.ECONNREFUSED, Errno.ENETUNREACH, "connect-refused", Errno.ECONNREFUSED)]
    [InlineData(Errno.ENETUNREACH, Errno.ECONNREFUSED, "connect-refused", Errno.ECONNREFUSED)]
    [InlineData(Errno.ETIMEDOUT, Errno.ENETUNREACH, "connect-timeout", Errno.ETIMEDOUT)]
    [InlineData(Errno.ETIMEDOUT, Errno.ECONNREFUSED, "connect-refused", Errno.ECONNREFUSED)]
    [InlineData(113, Errno.ENETUNREACH, "connect-failed", 113)]
    [InlineData(Errno.ECONNREFUSED, Errno.EADDRNOTAVAIL, "out-of-resources", Errno.EADDRNOTAVAIL)]
    public void Connect_AddressesFailDifferently_MostSpecificFailureIsReported(int first, int second, string reason, int errno)
    {
        using var rig = new Rig(addresses: 2);
        rig.Network.OnConnect = to => Number(to) == 0 ? -first : -second;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.Equal(reason, Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Field("X-Carousel-Reason"));
        Assert.True(rig.Log.TryRead(out FailureEvent failure));
        Assert.Equal(errno, failure.Errno);
        // A lack of own resources is no reason to resolve the server's name again.
        Assert.Equal(reason != "out-of-resources", rig.Pool.Current.Servers[0].TakeUnreachable());
    }

    [Fact]
    public void Connect_ClientCloses_AllAttemptsAreClosed()
    {
        using var rig = new Rig(addresses: 3);
        rig.Network.OnConnect = _ => Silent;
        FakeSocket client = rig.Connect(Rig.Get("/"));
        rig.Advance(Delay + Tick);
        client.Reset();
        rig.Run();
        rig.Advance(1000);
        Assert.All(rig.Servers, server => Assert.True(server.IsClosed));
        rig.AssertNothingLeft();
    }

    private static int Number(SockAddr address) => address.AddressBytes[2];

    private static IEnumerable<int> Tried(Rig rig) => rig.Servers.Select(server => Number(server.Peer));
}
