using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Large bodies past the buffers, through (real) pipes.</summary>
public sealed class SpliceTests
{
    private static readonly string Body = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},"));

    [Theory]
    [InlineData(true, int.MaxValue)]
    [InlineData(true, 999)]
    [InlineData(false, int.MaxValue)]
    [InlineData(false, 999)]
    public void Body_BothWays_ArrivesWhole(bool hasPipes, int room)
    {
        using var rig = new Rig(hasPipes: hasPipes) { OnRequest = (_, request) => [Rig.Ok(request.Body)] };
        rig.Worker.SpliceFrom = 1000;
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            server.Room = server.RoomAtATime = room;
        };
        FakeSocket client = rig.Connect();
        client.Room = client.RoomAtATime = room;
        for (int i = 1; i <= 2; i++)
        {
            rig.Say(client, $"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
            Assert.Equal(Body, Message.Answers(client.TakenText, Enumerable.Repeat("POST", i), false)[^1].Body);
        }
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Body_Spliced_BufferIsGivenBackMeanwhile()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes($"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n"), Rig.Bytes(Body[..50_000])] };
        rig.Worker.SpliceFrom = 1000;
        rig.Connect(Rig.Get("/"));
        Assert.Equal(0, rig.Worker.Slab.InUse);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Pipe_HeldBytesOfACutBody_IsNotUsedAgain()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Ok(Body)] };
        rig.Worker.SpliceFrom = 1000;
        FakeSocket stuck = rig.Connect();
        stuck.Room = 40_000;
        stuck.RoomAtATime = 0;
        rig.Say(stuck, Rig.Get("/1"));
        stuck.Reset(Errno.EPIPE);
        rig.Run();
        FakeSocket client = rig.Connect(Rig.Get("/2"));
        Assert.Equal(Body, Assert.Single(Message.Answers(client.TakenText, ["GET"], false)).Body);
        rig.AssertNothingLeft();
    }
}
