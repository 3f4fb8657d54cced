using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Log lines name the activity at the time of the failure, not what follows.</summary>
public sealed class ActivityTests
{
    [Fact]
    public void Server_FoundDown_LogsWaitingForTheResponse()
    {
        using var rig = new Rig(pool: new PoolOptions { Health = new() { Path = "/healthz" } }, servers: 2) { OnRequest = (_, _) => null };
        rig.Connect(Rig.Get("/"));
        OutlierTests.Down(rig, 0);
        AssertLogged(rig, (FailureReason.ServerDown, "waiting for the response"));
    }

    [Fact]
    public void NewConnection_Closes_LogsWaitingForTheResponse()
    {
        using var rig = new Rig(servers: 2);
        rig.OnRequest = (socket, _) => ReferenceEquals(socket, rig.Servers[0]) ? [null] : [Rig.Ok("hello")];
        rig.Connect(Rig.Get("/"));
        AssertLogged(rig, (FailureReason.ServerClosed, "waiting for the response"));
    }

    [Fact]
    public void NewConnection_TakesNothing_LogsSendingTheHead()
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

    /// <summary>Synchronous or asynchronous refusal; also in the line of the request that no server accepted.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connections_Refused_LogsConnecting(bool inProgress)
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
    public void Server_Removed_LogsWaitingForTheResponse()
    {
        using var rig = new Rig(servers: 2) { OnRequest = (_, _) => null };
        rig.Connect(Rig.Get("/"));
        PoolMembership membership = rig.Pool.Membership;
        Server server = rig.Pool.Current.Servers[0];
        membership.Remove(server.Tag);
        membership.Forget(server);
        rig.NotifyPoolChanged();
        AssertLogged(rig, (FailureReason.ServerGone, "waiting for the response"));
    }

    [Fact]
    public void Pick_NoServer_LogsPicking()
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
