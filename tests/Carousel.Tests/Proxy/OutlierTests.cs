using System.Collections.Immutable;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Outcomes that exchanges report of their servers, and their effects.</summary>
public sealed class OutlierTests
{
    /// <summary>A failure of a server. Test data says whether three of them in a row eject it.</summary>
    public enum Failure
    {
        ConnectRefused,
        ConnectTimeout,
        NewConnectionCloses,
        KeptConnectionCloses,
        AnswerTimeout,
        BadAnswer,
        ClientCloses,
        RespondsNotFound,
    }

    [Theory]
    [InlineData(Failure.ConnectRefused, true)]
    [InlineData(Failure.ConnectTimeout, true)]
    [InlineData(Failure.NewConnectionCloses, true)]
    [InlineData(Failure.KeptConnectionCloses, false)]
    [InlineData(Failure.AnswerTimeout, true)]
    [InlineData(Failure.BadAnswer, false)]
    [InlineData(Failure.ClientCloses, false)]
    [InlineData(Failure.RespondsNotFound, false)]
    public void Server_FailsThreeTimes_IsEjectedIfItsOwnFault(Failure failure, bool expected)
    {
        using var rig = new Rig(servers: 2);
        Script(rig, failure);
        for (int i = 0; i < 8 && State(rig) == CircuitState.Closed; i++)
        {
            FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
            if (failure == Failure.ClientCloses)
            {
                client.Reset();
                rig.Run();
                rig.Advance(600);
            }
            else if (failure is Failure.ConnectTimeout or Failure.AnswerTimeout)
            {
                rig.Advance(failure == Failure.ConnectTimeout ? 2_008 : 60_008);
            }
        }
        Assert.Equal(expected ? CircuitState.Open : CircuitState.Closed, State(rig));
        Assert.Equal(expected, rig.Log.TryRead(out ServerNews _));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Server_Ejected_GetsNothingThenATrialAndIsReset()
    {
        using var rig = new Rig(pool: new PoolOptions { SlowStart = TimeSpan.Zero }, servers: 2);
        Eject(rig);
        rig.Network.OnConnect = _ => 0;
        int before = RequestsToFirst(rig);
        Ask(rig, 6);
        Assert.Equal(before, RequestsToFirst(rig));
        rig.Advance(1_000);
        Ask(rig, 1);
        Ask(rig, 1);
        Assert.Equal(CircuitState.Closed, State(rig));
        Ask(rig, 6);
        Assert.InRange(RequestsToFirst(rig), before + 3, before + 5);
        rig.AssertNothingLeft();
    }

    /// <summary>The first request after the ejection is the trial; others during the trial go to other servers.</summary>
    [Fact]
    public void Server_TrialInFlight_OthersGoToOtherServers()
    {
        using var rig = new Rig(servers: 2);
        Eject(rig);
        rig.Network.OnConnect = _ => 0;
        rig.OnRequest = (socket, _) => IsFirst(socket) ? null : [Rig.Ok("hello")];
        rig.Advance(1_000);
        int before = RequestsToFirst(rig);
        FakeSocket[] clients = [.. Enumerable.Range(0, 6).Select(_ => rig.Connect(Rig.Get("/")))];
        Assert.Equal(before + 1, RequestsToFirst(rig));
        Assert.Equal(CircuitState.HalfOpen, State(rig));
        // The trial's client closes: that is no result, so the next request is a trial.
        Assert.Single(clients, client => client.TakenText.Length == 0).Reset();
        rig.Run();
        rig.Advance(600);
        Ask(rig, 2);
        Assert.Equal(before + 2, RequestsToFirst(rig));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Server_RespondsWithBadStatuses_IsEjectedByItsRate()
    {
        using var rig = new Rig(pool: new PoolOptions { Outliers = new OutlierOptions { Statuses = StatusSet.TryParse("500-599")! } }, servers: 3);
        rig.OnRequest = (socket, _) => [IsFirst(socket) ? Rig.Bytes("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") : Rig.Ok("hello")];
        Ask(rig, 57);
        Assert.Equal(CircuitState.Closed, State(rig));
        Ask(rig, 3);
        Assert.Equal(CircuitState.Open, State(rig));
        Assert.True(rig.Log.TryRead(out ServerNews change));
        Assert.Equal((500, 20, 20), (change.Status, change.Failures, change.Requests));
    }

    /// <summary>An ejected server is used if all others have failed the request.</summary>
    [Fact]
    public void Server_EjectedAndTheOtherFails_IsUsedAnyway()
    {
        using var rig = new Rig(servers: 2);
        Eject(rig);
        rig.Network.OnConnect = to => to.AddressBytes[3] == 2 ? -Errno.ECONNREFUSED : 0;
        rig.Worker.Upstreams.CloseKept();
        FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Contains("hello", client.TakenText);
        Assert.Equal(CircuitState.Open, State(rig));
    }

    [Fact]
    public void Session_OwnServerIsEjected_Moves()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        Eject(rig.Rig);
        rig.Rig.Network.OnConnect = _ => 0;
        rig.Ask(rig.Cookie(1, server: 0));
        Assert.Equal((1, "server-ejected"), (rig.Last.Server, rig.Last.Request.Field("X-Session-Moved")));
    }

    /// <summary>Slow start does not delay a session's own server.</summary>
    [Fact]
    public void Session_OwnServerStartsSlowly_IsRoutedThereAtOnce()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        rig.Pool.Servers[0].Load.StartSlowly(rig.Rig.Clock.Milliseconds, rampMs: 10_000);
        for (ulong i = 0; i < 20; i++)
        {
            rig.Ask(rig.Cookie(i, server: 0));
            Assert.Equal(0, rig.Last.Server);
        }
    }

    /// <summary>A silent server is picked last until its response timeout; requests that wait there keep waiting.</summary>
    [Fact]
    public void Server_ResponseIsOverdue_OthersArePicked()
    {
        using var rig = new Rig(servers: 2);
        rig.OnRequest = (socket, _) => IsFirst(socket) ? null : [Rig.Ok("hello")];
        Ask(rig, 2);
        rig.Advance(1_001);
        int before = RequestsToFirst(rig);
        Ask(rig, 10);
        Assert.Equal(before, RequestsToFirst(rig));
        Assert.Equal(CircuitState.Closed, State(rig));
    }

    [Fact]
    public void Servers_AllResponsesAreOverdue_ArePickedAnyway()
    {
        using var rig = new Rig(servers: 2);
        rig.OnRequest = (_, _) => null;
        Ask(rig, 2);
        rig.Advance(5_000);
        Ask(rig, 4);
        Assert.Equal(6, rig.Servers.Count(socket => socket.TakenText.Length > 0));
    }

    [Fact]
    public void Panic_AllDown_TriesThoseWithAnAddress()
    {
        using var rig = new Rig(pool: new PoolOptions { Panic = true }, servers: 3);
        Down(rig, 0, 1, 2);
        rig.Network.OnConnect = to => to.AddressBytes[3] == 3 ? 0 : -Errno.ECONNREFUSED;
        Assert.All(Ask(rig, 4), client => Assert.Contains("hello", client.TakenText));
    }

    [Fact]
    public void NoPanic_AllDown_Is503AtOnce()
    {
        using var rig = new Rig(servers: 3);
        Down(rig, 0, 1, 2);
        Assert.Contains("no-server", rig.Connect(Rig.Get("/")).TakenText);
        Assert.Empty(rig.Servers);
    }

    internal static void Down(Rig rig, params int[] slots)
    {
        ImmutableArray<Server> servers = rig.Pool.Current.Servers;
        PoolMembership membership = rig.Pool.Membership;
        Array.ForEach(slots, slot => membership.SetHealth(servers[slot].Tag, healthy: false));
        rig.Post(new Mail(MailKind.PoolChanged));
    }

    /// <summary>The first server refuses three connections; all others accept theirs.</summary>
    private static void Eject(Rig rig)
    {
        rig.Network.OnConnect = to => to.AddressBytes[3] == 1 ? -Errno.ECONNREFUSED : 0;
        Ask(rig, 6);
        Assert.Equal(CircuitState.Open, State(rig));
        Assert.True(rig.Log.TryRead(out ServerNews _));
    }

    private static void Script(Rig rig, Failure failure)
    {
        rig.Network.OnConnect = to => to.AddressBytes[3] != 1 ? 0 : failure switch
        {
            Failure.ConnectRefused => -Errno.ECONNREFUSED,
            Failure.ConnectTimeout => -Errno.EINPROGRESS,
            _ => 0,
        };
        rig.OnRequest = (socket, request) => !IsFirst(socket) ? [Rig.Ok("hello")] : failure switch
        {
            Failure.NewConnectionCloses => [null],
            Failure.KeptConnectionCloses => Message.Requests(socket.TakenText).Count == 1 ? [Rig.Ok("hello")] : [null],
            Failure.BadAnswer => [Rig.Bytes("HTTP/1.1 what\r\n\r\n"), null],
            Failure.RespondsNotFound => [Rig.Bytes("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")],
            _ => null,
        };
    }

    private static CircuitState State(Rig rig) => rig.Pool.Current.Servers[0].Load.Breaker.State;

    private static bool IsFirst(FakeSocket socket) => SessionRig.ServerOf(socket) == 0;

    private static int RequestsToFirst(Rig rig) => rig.Servers.Where(IsFirst).Sum(socket => Message.Requests(socket.TakenText).Count);

    private static FakeSocket[] Ask(Rig rig, int times) => [.. Enumerable.Range(0, times).Select(_ => rig.Connect(Rig.Get("/")))];
}
