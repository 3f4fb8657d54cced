using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>At a limit idle connections are evicted in favour of new ones, and of requests that need a server connection.</summary>
public sealed class EvictionTests
{
    private const long LongEnough = Worker.MinIdleMs + 100;

    [Fact]
    public void Limit_SomeAreIdle_LongestIdleIsEvicted()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 3 });
        List<FakeSocket> clients = [rig.Connect(1), rig.Connect(2), rig.Connect(3)];
        rig.Advance(10);
        Assert.Contains("hello", Ask(rig, clients[0]));
        rig.Advance(LongEnough);
        FakeSocket fourth = rig.Connect(4);
        Assert.Equal([false, true, false], clients.Select(client => client.IsClosed));
        Assert.Contains("hello", Ask(rig, fourth));
        Assert.Contains("hello", Ask(rig, clients[0]));
        Assert.False(rig.Connect(5).IsClosed);
        Assert.Equal([false, true, true], clients.Select(client => client.IsClosed));
        Assert.Equal(2, rig.Worker.Counters.Evicted);
        Assert.Empty(rig.Reasons());
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Limit_AllHaveARequestInFlight_NewClientIsRejected()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 2 }) { OnRequest = (_, _) => null };
        rig.Connect(Rig.Get("/1"));
        rig.Connect(Rig.Get("/2"));
        rig.Advance(LongEnough);
        Assert.Contains("X-Carousel-Reason: too-many-connections\r\n", rig.Connect(3).TakenText);
        Assert.All(rig.Clients.Take(2), client => Assert.False(client.IsClosed));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Limit_OneIsNew_IsNotEvicted()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 1 });
        FakeSocket first = rig.Connect(1);
        rig.Advance(Worker.MinIdleMs - 100);
        Assert.Contains("503", rig.Connect(2).TakenText);
        Assert.Contains("hello", Ask(rig, first));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Limit_RequestOfTheIdleOneHasJustArrived_IsNotEvictedAndIsServed()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 1 });
        FakeSocket first = rig.Connect(1);
        rig.Advance(LongEnough);
        first.Send(Rig.Bytes(Rig.Get("/")));
        Assert.Contains("503", rig.Connect(2).TakenText);
        Assert.Contains("hello", first.TakenText);
        Assert.Equal(0, rig.Worker.Counters.Evicted);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Limit_OneLingers_IsEvicted()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 1 });
        FakeSocket first = rig.Connect("nonsense\r\n\r\nand more");
        Assert.Contains("400", first.TakenText);
        rig.Advance(LongEnough);
        Assert.False(first.IsClosed);
        Assert.Contains("hello", Ask(rig, rig.Connect(2)));
        Assert.True(first.IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Limit_IdleOneIsAnotherWorkers_IsEvictedAndThatWorkerServesTheNewClient()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 2, Workers = 2 }, workers: 2) { OnRequest = (_, request) => request.Head.Contains("/held") ? null : [Rig.Ok("hello")] };
        rig.Connect(Rig.Get("/held"));
        FakeSocket idle = rig.ConnectTo(1, Rig.Get("/"), number: 2);
        rig.Advance(LongEnough);
        FakeSocket third = rig.Connect(3);
        Assert.True(idle.IsClosed);
        Assert.Contains("hello", Ask(rig, third));
        Assert.Equal([0L, 1L], rig.Traffic.Workers.Select(worker => worker.Evicted));
        Assert.Equal(2, rig.Group.Limits.Open);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void LimitPerClient_OneOfItsOwnIsIdle_IsEvicted()
    {
        using var rig = new Rig(new EngineOptions { MaxConnectionsPerClient = 2 });
        List<FakeSocket> clients = [rig.Connect(1), rig.Connect(2), rig.Connect(2)];
        rig.Advance(LongEnough);
        Assert.Contains("hello", Ask(rig, rig.Connect(2)));
        Assert.Equal([false, true, false], clients.Select(client => client.IsClosed));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Rejected_ManyAtOnce_EachGets503AndFewLinger()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 1 }) { OnRequest = (_, _) => null };
        rig.Connect(Rig.Get("/"));
        for (int i = 0; i < 10 * Worker.MaxRejected; i++)
        {
            Assert.Contains("503", rig.Connect(2).TakenText);
        }
        Assert.Equal(1 + Worker.MaxRejected, rig.Network.All.Count(socket => !socket.IsClosed && rig.Clients.Contains(socket)));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Descriptors_ShortForAServer_KeptConnectionIsClosedFirst()
    {
        using var rig = new Rig(new EngineOptions { MaxSockets = 4 }, servers: 3);
        FakeSocket first = rig.Connect(1), second = rig.Connect(2);
        rig.Advance(LongEnough);
        Assert.Contains("hello", Ask(rig, first));
        Assert.Contains("hello", Ask(rig, second));
        Assert.Contains("hello", Ask(rig, first));
        Assert.Equal((false, false), (first.IsClosed, second.IsClosed));
        Assert.InRange(rig.Servers.Count(server => !server.IsClosed), 1, 2);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Descriptors_ShortForAServer_LongestIdleClientIsEvicted()
    {
        using var rig = new Rig(new EngineOptions { MaxSockets = 4 }) { OnRequest = (_, _) => null };
        FakeSocket idle = rig.Connect(1), first = rig.Connect(2), second = rig.Connect(3);
        rig.Advance(LongEnough);
        rig.Send(first, Rig.Get("/"));
        Assert.True(idle.IsClosed);
        rig.Send(second, Rig.Get("/"));
        Assert.Equal((2, 4), (rig.Servers.Count, rig.Group.Limits.Sockets));
        Assert.Empty(rig.Reasons());
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Descriptors_NothingIsIdle_RequestFailsAndNothingIsOpenedBeyondTheLimit()
    {
        using var rig = new Rig(new EngineOptions { MaxSockets = 4 }) { OnRequest = (_, _) => null };
        FakeSocket first = rig.Connect(1), second = rig.Connect(2), third = rig.Connect(3);
        rig.Send(first, Rig.Get("/"));
        Assert.Equal(4, rig.Group.Limits.Sockets);
        rig.Send(second, Rig.Get("/"));
        Assert.Contains("X-Carousel-Reason: out-of-resources", second.TakenText);
        Assert.Single(rig.Servers);
        Assert.Contains("X-Carousel-Reason: out-of-resources", rig.Connect(4).TakenText);
        Assert.False(third.IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Descriptors_ShortAndTheIdleOneIsAnotherWorkers_IsEvictedThere()
    {
        using var rig = new Rig(new EngineOptions { MaxSockets = 5, Workers = 2 }, workers: 2) { OnRequest = (_, request) => request.Head.Contains("/held") ? null : [Rig.Ok("hello")] };
        FakeSocket idle = rig.ConnectTo(1, "", number: 2);
        FakeSocket first = rig.Connect(1), second = rig.Connect(3);
        rig.Advance(LongEnough);
        rig.Send(first, Rig.Get("/held"));
        rig.Send(second, Rig.Get("/held"));
        Assert.True(idle.IsClosed);
        Assert.Equal(2, rig.Servers.Count);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Accept_KernelHasNoDescriptor_IdleOneIsEvictedAndNoClientWaits()
    {
        using var rig = new Rig();
        FakeSocket idle = rig.Connect(1);
        rig.Advance(LongEnough);
        rig.Network.AcceptError = Errno.EMFILE;
        rig.Network.Closing += _ => rig.Network.AcceptError = 0;
        Assert.Contains("hello", Ask(rig, rig.Connect(2)));
        Assert.True(idle.IsClosed);
        Assert.Empty(rig.Reasons());
        rig.AssertNothingLeft();
    }

    private static string Ask(Rig rig, FakeSocket client)
    {
        rig.Send(client, Rig.Get("/"));
        return client.TakenText;
    }
}
