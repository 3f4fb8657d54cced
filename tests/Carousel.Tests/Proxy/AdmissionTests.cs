using System.Net;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Admission of connections, and their distribution over workers.</summary>
public sealed class AdmissionTests
{
    /// <summary>An accept that finds none costs about as much as one that finds one.</summary>
    [Fact]
    public void Accept_OneConnectionPerTick_RarelyFindsNone()
    {
        const int connections = 100;
        using var rig = new Rig();
        for (int i = 1; i <= connections; i++)
        {
            rig.Connect(i);
        }
        Assert.InRange(rig.Network.EmptyAccepts, 1, connections / 4);
    }

    [Fact]
    public void Accept_ManyConnectionsAtOnce_AllAreAccepted()
    {
        const int connections = 200;
        using var rig = new Rig();
        for (int i = 1; i <= connections; i++)
        {
            rig.Network.AddToBacklog(Rig.ClientAddress(i));
        }
        rig.Run();
        Assert.Equal(connections, rig.Traffic.Workers[0].Accepted);
        Assert.InRange(rig.Network.EmptyAccepts, 0, 2);
    }

    [Fact]
    public void Client_BeyondTheLimit_IsRejected()
    {
        using var rig = new Rig(new EngineOptions { MaxConnections = 2 });
        rig.Connect(1);
        rig.Connect(2);
        FakeSocket third = rig.Connect(3);
        Message response = Assert.Single(Message.Responds(third.TakenText, ["GET"], true));
        Assert.Equal(503, response.Status);
        Assert.Equal("too-many-connections", response.Field("X-Carousel-Reason"));
        Assert.True(third.EndSent);
        third.Finish();
        rig.Run();
        Assert.True(third.IsClosed);
        Assert.Equal([FailureReason.TooManyConnections], rig.Reasons());
        rig.Clients[0].Finish();
        rig.Run();
        Assert.False(rig.Connect(3).IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Client_BeyondItsOwnLimit_IsRejectedAndOthersAreAdmitted()
    {
        using var rig = new Rig(new EngineOptions { MaxConnectionsPerClient = 1 });
        rig.Connect(1);
        Assert.Contains("too-many-connections-from-client", rig.Connect(1).TakenText);
        Assert.Contains("hello", Ask(rig, rig.Connect(2)));
        rig.Clients[0].Finish();
        rig.Run();
        Assert.Contains("hello", Ask(rig, rig.Connect(1)));
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("0.0.0.0", "::1", false)]
    public void Limits_TwoAddresses_CountAsOneClient(string one, string other, bool areOne)
    {
        var limits = new ConnectionLimits(max: 10, maxPerClient: 1);
        Assert.Equal(Admission.Granted, limits.Enter(Address(one)));
        Assert.Equal(areOne ? Admission.TooManyFromClient : Admission.Granted, limits.Enter(Address(other)));
        limits.Leave(Address(one));
        Assert.Equal(Admission.Granted, limits.Enter(Address(one)));
    }

    [Fact]
    public void Limits_RejectedConnections_DoNotCount()
    {
        var limits = new ConnectionLimits(max: 3, maxPerClient: 2);
        for (int i = 0; i < 5; i++)
        {
            limits.Enter(Address("192.0.2.1"));
        }
        Assert.Equal(2, limits.Open);
        Assert.Equal(Admission.Granted, limits.Enter(Address("192.0.2.2")));
        Assert.Equal(Admission.TooMany, limits.Enter(Address("192.0.2.3")));
        Assert.Equal(3, limits.Open);
    }

    [Fact]
    public void Accept_NoDescriptors_PausesAndResumes()
    {
        using var rig = new Rig();
        rig.Network.AcceptError = Errno.EMFILE;
        rig.Run();
        Assert.Equal([FailureReason.OutOfResources], rig.Reasons());
        rig.Network.AcceptError = 0;
        Assert.Null(Record.Exception(() => rig.Network.AddToBacklog(Rig.ClientAddress(1))));
        rig.Run();
        Assert.Empty(rig.Network.All);
        rig.Advance(100 + 8);
        Assert.Single(rig.Network.All);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Accept_ManyAtOnce_AllAreAdmitted()
    {
        using var rig = new Rig();
        for (int i = 0; i < 100; i++)
        {
            rig.Network.AddToBacklog(Rig.ClientAddress(1));
        }
        rig.Run();
        Assert.Equal(100, rig.Worker.Connections);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Accept_AnotherWorkerHasFewer_ConnectionGoesThere()
    {
        using var rig = new Rig();
        using var other = new Worker(rig.Group, new ScriptedPoller(rig.Network), rig.Clock, rig.Network);
        rig.Group.Workers = [rig.Worker, other];
        for (int i = 0; i < 6; i++)
        {
            rig.Network.AddToBacklog(Rig.ClientAddress(i));
            rig.Run();
        }
        Assert.Equal(4, rig.Worker.Connections);
        Assert.Equal(2, other.Connections);
        Assert.Equal(6, rig.Group.Limits.Open);
    }

    [Fact]
    public void HandOver_ToThisWorker_IsServed()
    {
        using var rig = new Rig();
        FakeSocket client = rig.Network.OpenClient(Rig.ClientAddress(1));
        Assert.Equal(Admission.Granted, rig.Group.Limits.Enter(client.Peer));
        client.Send(Rig.Bytes(Rig.Get("/")));
        rig.Post(new Mail(MailKind.Adopt, client.Fd, client.Peer));
        Assert.Contains("hello", client.TakenText);
    }

    private static SockAddr Address(string text) => SockAddr.From(IPAddress.Parse(text), 1);

    private static string Ask(Rig rig, FakeSocket client)
    {
        rig.Send(client, Rig.Get("/"));
        return client.TakenText;
    }
}
