using Carousel.Engine;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Upgraded connections.</summary>
public sealed class TunnelTests
{
    private const string Upgrade = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    [Fact]
    public void Tunnel_BytesAfterTheHeads_AreForwarded()
    {
        using var rig = Open(Switching + "from server", out FakeSocket client, Upgrade + "from client");
        Assert.EndsWith("\r\n\r\nfrom client", rig.Servers[0].TakenText);
        Assert.EndsWith("\r\n\r\nfrom server", client.TakenText);
        Assert.Contains("Connection: upgrade\r\n", client.TakenText);
        Finish(rig, client);
    }

    [Fact]
    public void Tunnel_ClientHalfCloses_IsForwardedAndServerMayContinue()
    {
        using var rig = Open(Switching, out FakeSocket client);
        client.Finish();
        rig.Advance(Http1ClientConnection.HalfClosedGraceMs + 100);
        Assert.True(rig.Servers[0].EndSent);
        Assert.False(rig.Servers[0].IsClosed);
        rig.Send(rig.Servers[0], "still here");
        Assert.EndsWith("still here", client.TakenText);
        rig.Servers[0].Finish();
        rig.Run();
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        Assert.False(client.WasAborted);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Tunnel_ServerHalfCloses_IsForwardedAndClientMayContinue()
    {
        using var rig = Open(Switching, out FakeSocket client);
        rig.Servers[0].Finish();
        rig.Run();
        Assert.True(client.EndSent);
        Assert.False(client.IsClosed);
        rig.Send(client, "still here");
        Assert.EndsWith("still here", rig.Servers[0].TakenText);
        client.Finish();
        rig.Run();
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Tunnel_LastBytesWaitForRoom_EndFollowsThem()
    {
        using var rig = Open(Switching, out FakeSocket client);
        client.Room = 3;
        client.RoomAtATime = 0;
        rig.Servers[0].Send("0123456789"u8);
        rig.Servers[0].Finish();
        rig.Run();
        Assert.EndsWith("012", client.TakenText);
        Assert.False(client.EndSent);
        client.MakeRoom(100);
        rig.Run();
        Assert.EndsWith("0123456789", client.TakenText);
        Assert.True(client.EndSent);
        Finish(rig, client);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tunnel_OneSideResets_OtherIsClosed(bool clientResets)
    {
        using var rig = Open(Switching, out FakeSocket client);
        (clientResets ? client : rig.Servers[0]).Reset();
        rig.Run();
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Tunnel_SilentBothWays_ClosesAfterTheTimeout()
    {
        var options = new EngineOptions { TunnelTimeout = TimeSpan.FromSeconds(100) };
        using var rig = Open(Switching, out FakeSocket client, options: options);
        rig.Advance(90_000);
        rig.Send(rig.Servers[0], "one way is enough");
        rig.Advance(100_000 - 1);
        Assert.False(client.IsClosed);
        rig.Advance(1 + TimingWheel.TickMs);
        Assert.True(client.IsClosed);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\n\r\n", Switching)]
    [InlineData(Upgrade, "HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    public void Switching_NotRequestedOrNotAnnounced_IsBadAnswer(string request, string response)
    {
        using var rig = Open(response, out FakeSocket client, request);
        Assert.Equal("bad-answer", Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Field("X-Carousel-Reason"));
        Assert.True(rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Upgrade_ServerRefuses_ConnectionsAreKept()
    {
        using var rig = Open("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", out FakeSocket client);
        Assert.False(client.IsClosed || rig.Servers[0].IsClosed);
        rig.Send(client, Rig.Get("/2"));
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Tunnel_MuchBothWaysInPieces_ArrivesWhole(int room)
    {
        using var rig = Open(Switching, out FakeSocket client);
        FakeSocket server = rig.Servers[0];
        client.Room = client.RoomAtATime = server.Room = server.RoomAtATime = room;
        string up = string.Concat(Enumerable.Range(0, 1000).Select(i => $"u{i}")), down = string.Concat(Enumerable.Range(0, 1500).Select(i => $"d{i}"));
        client.Plan(Rig.Bytes(up), null);
        server.Plan(Rig.Bytes(down), null);
        rig.Run();
        Assert.EndsWith("\r\n\r\n" + up, server.TakenText);
        Assert.EndsWith("\r\n\r\n" + down, client.TakenText);
        Assert.True(client.IsClosed && server.IsClosed);
        rig.AssertNothingLeft();
    }

    private static Rig Open(string response, out FakeSocket client, string request = Upgrade, EngineOptions? options = null)
    {
        var rig = new Rig(options);
        rig.OnRequest = (_, _) => [Rig.Bytes(response)];
        client = rig.Connect(request);
        rig.OnRequest = (_, _) => [Rig.Ok("hello")];
        return rig;
    }

    private static void Finish(Rig rig, FakeSocket client)
    {
        client.Finish();
        rig.Servers[0].Finish();
        rig.Run();
        Assert.True(client.IsClosed && rig.Servers[0].IsClosed);
        rig.AssertNothingLeft();
    }
}
