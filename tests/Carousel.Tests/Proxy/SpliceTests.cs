using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Large bodies that bypass the buffers through (real) pipes.</summary>
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
        rig.Worker.SpliceLeast = 500;
        rig.Network.Connected = server =>
        {
            rig.Servers.Add(server);
            server.Room = server.RoomAtATime = room;
        };
        FakeSocket client = rig.Connect();
        client.Room = client.RoomAtATime = room;
        for (int i = 1; i <= 2; i++)
        {
            rig.Send(client, $"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
            Assert.Equal(Body, Message.Responds(client.TakenText, Enumerable.Repeat("POST", i), false)[^1].Body);
        }
        Assert.Single(rig.Servers);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Body_Spliced_BufferIsReleased()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Bytes($"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n"), Rig.Bytes(Body[..50_000])] };
        rig.Worker.SpliceFrom = 1000;
        rig.Worker.SpliceLeast = 500;
        rig.Connect(Rig.Get("/"));
        Assert.Equal(0, rig.Worker.Slab.InUse);
        rig.AssertNothingLeft();
    }

    /// <summary>
    /// A client that stops reading holds one buffer and no pipe, however much it took before and whether or not the kernel's figure is exact.
    /// </summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(5_000, 0)]
    [InlineData(40_000, 0)]
    [InlineData(40_000, 3_000)]
    [InlineData(40_000, 30_000)]
    public void Client_StopsReading_HoldsOneBuffer(int room, int overstated)
    {
        using Rig rig = Splicing();
        List<FakeSocket> stuck = Stuck(rig, 20, room, overstated);
        Assert.Equal((stuck.Count, 0), (rig.Worker.Slab.InUse, rig.Worker.Slab.LargeInUse));
        AssertAllArriveWhole(rig, stuck);
    }

    [Fact]
    public void Client_TookMuchLessThanReported_HoldsALargeBufferAndTheOthersSmallOnes()
    {
        using Rig rig = Splicing(pipeRoom: 1 << 16);
        List<FakeSocket> stuck = Stuck(rig, 20, room: 40_000, overstated: 1 << 20);
        Assert.Equal((stuck.Count - 1, 1), (rig.Worker.Slab.InUse, rig.Worker.Slab.LargeInUse));
        AssertAllArriveWhole(rig, stuck);
    }

    [Fact]
    public void Client_ReportedRoomStaysWrong_LargeBuffersAreFew()
    {
        using Rig rig = Splicing(pipeRoom: 1 << 16);
        var stuck = new List<FakeSocket>();
        for (int i = 0; i < 20; i++)
        {
            stuck.AddRange(Stuck(rig, 1, room: 40_000, overstated: 1 << 20));
            rig.Advance(11_000);
            stuck.ForEach(client => client.MakeRoom(1));
            rig.Run();
        }
        Assert.InRange(rig.Worker.Slab.LargeInUse, 2, 4);
        AssertAllArriveWhole(rig, stuck);
    }

    [Fact]
    public void Client_ReadsFast_RoomIsQueriedOnce()
    {
        using Rig rig = Splicing();
        FakeSocket client = rig.Connect(Rig.Get("/"));
        Assert.Equal(Body, Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Body);
        Assert.Equal(1, client.RoomQueries);
        rig.AssertNothingLeft();
    }

    [Fact]
    public void Pipe_HeldBytesOfACutBody_IsNotReused()
    {
        using var rig = new Rig { OnRequest = (_, _) => [Rig.Ok(Body)] };
        rig.Worker.SpliceFrom = 1000;
        rig.Worker.SpliceLeast = 500;
        FakeSocket stuck = rig.Connect();
        stuck.Room = 40_000;
        stuck.RoomAtATime = 0;
        rig.Send(stuck, Rig.Get("/1"));
        stuck.Reset(Errno.EPIPE);
        rig.Run();
        FakeSocket client = rig.Connect(Rig.Get("/2"));
        Assert.Equal(Body, Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Body);
        rig.AssertNothingLeft();
    }

    private static Rig Splicing(int pipeRoom = 4096)
    {
        var rig = new Rig { OnRequest = (_, _) => [Rig.Ok(Body)] };
        rig.Network.PipeRoom = pipeRoom;
        rig.Worker.SpliceFrom = 1000;
        rig.Worker.SpliceLeast = 500;
        return rig;
    }

    /// <summary>Clients that send a request and stop reading after <paramref name="room"/> bytes.</summary>
    private static List<FakeSocket> Stuck(Rig rig, int count, int room, int overstated)
    {
        var stuck = new List<FakeSocket>();
        for (int i = 0; i < count; i++)
        {
            FakeSocket client = rig.Connect(i);
            (client.Room, client.RoomAtATime, client.RoomOverstated) = (room, 0, overstated);
            rig.Send(client, Rig.Get("/"));
            stuck.Add(client);
        }
        return stuck;
    }

    private static void AssertAllArriveWhole(Rig rig, List<FakeSocket> stuck)
    {
        stuck.ForEach(client => client.RoomAtATime = 10_000);
        rig.Run();
        Assert.All(stuck, client => Assert.Equal(Body, Assert.Single(Message.Responds(client.TakenText, ["GET"], false)).Body));
        rig.AssertNothingLeft();
    }
}
