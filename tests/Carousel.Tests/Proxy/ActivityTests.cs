using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>What lines of the log say was being done: what was going on when it failed, not what follows.</summary>
public sealed class ActivityTests
{
    [Fact]
    public void Server_FoundDown_WasWaitingForTheAnswer()
    {
        using var rig = new Rig(new EngineOptions { RetriesWaiting = true }, servers: 2) { OnRequest = (_, _) => null };
        rig.Connect(Rig.Get("/"));
        OutlierTests.Down(rig, 0);
        AssertLogged(rig, (FailureReason.ServerDown, "waiting for the answer"));
    }

    [Fact]
    public void FreshConnection_Dies_WasWaitingForTheAnswer()
    {
        using var rig = new Rig(servers: 2);
        rig.OnRequest = (socket, _) => ReferenceEquals(socket, rig.Servers[0]) ? [null] : [Rig.Ok("hello")];
        rig.Connect(Rig.Get("/"));
        AssertLogged(rig, (FailureReason.ServerClosed, "waiting for the answer"));
    }

    [Fact]
    public void FreshConnection_TakesNothing_WasSendingTheHead()
    {
        using var rig = new Rig(servers: 2);
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            if (rig.Servers.Count == 1)
            {
                server.Reset(Errno.EPIPE);
            }
        };
        rig.Connect(Rig.Get("/"));
        AssertLogged(rig, (FailureReason.ServerClosed, "sending the request's head"));
    }

    /// <summary>At once or later, and for the line of the request that no server took, too.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connections_Refused_WasConnecting(bool inProgress)
    {
        using var rig = new Rig(servers: 2);
        rig.Network.OnConnect = _ => inProgress ? -Errno.EINPROGRESS : -Errno.ECONNREFUSED;
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            server.EndConnect(Errno.ECONNREFUSED);
        };
        rig.Connect(Rig.Get("/"));
        (FailureReason, string) expected = (FailureReason.ConnectRefused, "connecting to the server");
        AssertLogged(rig, expected, expected, expected);
    }

    [Fact]
    public void Server_Gone_WasWaitingForTheAnswer()
    {
        using var rig = new Rig(servers: 2) { OnRequest = (_, _) => null };
        rig.Connect(Rig.Get("/"));
        PoolMembership membership = rig.Membership();
        Server server = rig.Pool.Current.Servers[0];
        membership.Remove(server.Tag);
        membership.Forget(server);
        rig.TellPoolChanged();
        AssertLogged(rig, (FailureReason.ServerGone, "waiting for the answer"));
    }

    [Fact]
    public void NoServer_WasPickingOne()
    {
        using var rig = new Rig(servers: 0);
        rig.Connect(Rig.Get("/"));
        AssertLogged(rig, (FailureReason.NoServer, "picking a server"));
    }

    private static void AssertLogged(Rig rig, params (FailureReason, string)[] expected)
    {
        var lines = new List<(FailureReason, string)>();
        while (rig.Log.TryRead(out FailureEvent failure))
        {
            lines.Add((failure.Reason, failure.Activity));
        }
        Assert.Equal(expected, lines);
    }
}
