using System.Collections.Immutable;
using Carousel.Core.Health;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>What exchanges tell of their servers, and what comes of it.</summary>
public sealed class OutlierTests
{
    /// <summary>What a failure of a server looks like, and whether three of them in a row eject it.</summary>
    public enum Failure
    {
        ConnectRefused,
        ConnectTimeout,
        FreshConnectionDies,
        KeptConnectionDies,
        AnswerTimeout,
        BadAnswer,
        ClientLeaves,
        RespondsNotFound,
    }

    [Theory]
    [InlineData(Failure.ConnectRefused, true)]
    [InlineData(Failure.ConnectTimeout, true)]
    [InlineData(Failure.FreshConnectionDies, true)]
    [InlineData(Failure.KeptConnectionDies, false)]
    [InlineData(Failure.AnswerTimeout, true)]
    [InlineData(Failure.BadAnswer, false)]
    [InlineData(Failure.ClientLeaves, false)]
    [InlineData(Failure.RespondsNotFound, false)]
    public void Server_FailsThreeTimes_IsEjectedIfItsOwnFault(Failure failure, bool expected)
    {
        using var rig = new Rig(servers: 2);
        Script(rig, failure);
        for (int i = 0; i < 8 && State(rig) == CircuitState.Closed; i++)
        {
            FakeSocket client = rig.Connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
            if (failure == Failure.ClientLeaves)
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
    public void Server_Ejected_GetsNothingThenATrialAndIsBack()
    {
        using var rig = new Rig(new EngineOptions { SlowStart = TimeSpan.Zero }, servers: 2);
        Eject(rig);
        rig.Network.OnConnect = _ => 0;
        int before = AskedOfFirst(rig);
        Ask(rig, 6);
        Assert.Equal(before, AskedOfFirst(rig));
        rig.Advance(1_000);
        Ask(rig, 1);
        Ask(rig, 1);
        Assert.Equal(CircuitState.Closed, State(rig));
        Ask(rig, 6);
        Assert.InRange(AskedOfFirst(rig), before + 3, before + 5);
        rig.AssertNothingLeft();
    }

    /// <summary>The first request that is due is the trial; those that come while it is out go elsewhere.</summary>
    [Fact]
    public void Server_TrialUnderWay_OthersGoElsewhere()
    {
        using var rig = new Rig(servers: 2);
        Eject(rig);
        rig.Network.OnConnect = _ => 0;
        rig.OnRequest = (socket, _) => IsFirst(socket) ? null : [Rig.Ok("hello")];
        rig.Advance(1_000);
        int before = AskedOfFirst(rig);
        FakeSocket[] clients = [.. Enumerable.Range(0, 6).Select(_ => rig.Connect(Rig.Get("/")))];
        Assert.Equal(before + 1, AskedOfFirst(rig));
        Assert.Equal(CircuitState.HalfOpen, State(rig));
        // The client of the trial leaves: that says nothing, so the next request is one.
        Assert.Single(clients, client => client.TakenText.Length == 0).Reset();
        rig.Run();
        rig.Advance(600);
        Ask(rig, 2);
        Assert.Equal(before + 2, AskedOfFirst(rig));
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Server_AnswersBadStatuses_IsEjectedByItsRate()
    {
        using var rig = new Rig(new EngineOptions { Outliers = new OutlierOptions { Statuses = StatusSet.TryParse("500-599")! } }, servers: 3);
        rig.OnRequest = (socket, _) => [IsFirst(socket) ? Rig.Bytes("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") : Rig.Ok("hello")];
        Ask(rig, 57);
        Assert.Equal(CircuitState.Closed, State(rig));
        Ask(rig, 3);
        Assert.Equal(CircuitState.Open, State(rig));
        Assert.True(rig.Log.TryRead(out ServerNews news));
        Assert.Equal((500, 20, 20), (news.Status, news.Failures, news.Requests));
    }

    /// <summary>One that is ejected is better than none: it is asked when all others have failed the request.</summary>
    [Fact]
    public void Server_EjectedAndTheOtherFails_IsAskedAllTheSame()
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
    public void Visitor_OwnServerIsEjected_Moves()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        Eject(rig.Rig);
        rig.Rig.Network.OnConnect = _ => 0;
        rig.Ask(rig.Cookie(1, server: 0));
        Assert.Equal((1, "server-ejected"), (rig.Last.Server, rig.Last.Request.Field("X-Session-Moved")));
    }

    /// <summary>A visitor's own server is not held back by its ramp.</summary>
    [Fact]
    public void Visitor_OwnServerStartsSlowly_ComesAtOnce()
    {
        using SessionRig rig = SessionRig.Sticky(servers: 2);
        rig.Pool.Servers[0].Load.StartSlowly(rig.Rig.Clock.Milliseconds, rampMs: 10_000);
        for (ulong i = 0; i < 20; i++)
        {
            rig.Ask(rig.Cookie(i, server: 0));
            Assert.Equal(0, rig.Last.Server);
        }
    }

    /// <summary>A server that answers nothing is asked last, until its time is over; the requests that wait there wait on.</summary>
    [Fact]
    public void Server_OwesAnAnswer_OthersAreAsked()
    {
        using var rig = new Rig(servers: 2);
        rig.OnRequest = (socket, _) => IsFirst(socket) ? null : [Rig.Ok("hello")];
        Ask(rig, 2);
        rig.Advance(1_001);
        int before = AskedOfFirst(rig);
        Ask(rig, 10);
        Assert.Equal(before, AskedOfFirst(rig));
        Assert.Equal(CircuitState.Closed, State(rig));
    }

    [Fact]
    public void Servers_AllOweAnAnswer_AreAskedAllTheSame()
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
        using var rig = new Rig(new EngineOptions { Panic = true }, servers: 3);
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
        PoolMembership membership = rig.Membership();
        Array.ForEach(slots, slot => membership.SetHealth(servers[slot].Tag, healthy: false));
        rig.Post(new Mail(MailKind.PoolChanged));
    }

    /// <summary>The first server refuses three connections; all others take theirs.</summary>
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
            Failure.FreshConnectionDies => [null],
            Failure.KeptConnectionDies => Message.Requests(socket.TakenText).Count == 1 ? [Rig.Ok("hello")] : [null],
            Failure.BadAnswer => [Rig.Bytes("HTTP/1.1 what\r\n\r\n"), null],
            Failure.RespondsNotFound => [Rig.Bytes("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")],
            _ => null,
        };
    }

    private static CircuitState State(Rig rig) => rig.Pool.Current.Servers[0].Load.Breaker.State;

    private static bool IsFirst(FakeSocket socket) => SessionRig.ServerOf(socket) == 0;

    private static int AskedOfFirst(Rig rig) => rig.Servers.Where(IsFirst).Sum(socket => Message.Requests(socket.TakenText).Count);

    private static FakeSocket[] Ask(Rig rig, int times) => [.. Enumerable.Range(0, times).Select(_ => rig.Connect(Rig.Get("/")))];
}
