using Carousel.Engine.Linux;
using Xunit;

namespace Carousel.Tests.Linux;

public sealed unsafe class EpollSetTests
{
    private const Readiness Edge = Readiness.Readable | Readiness.Writable | Readiness.PeerClosed | Readiness.EdgeTriggered;

    [Fact]
    public void Wait_SeveralReady_EachReturnsItsToken()
    {
        using var set = new EpollSet(8);
        EventDescriptor[] descriptors = [new(), new(), new()];
        for (int i = 0; i < descriptors.Length; i++)
        {
            Assert.Equal(0, set.Register(descriptors[i].Fd, Readiness.Readable, 0xdead_beef_0000_0000UL + (uint)i));
        }
        Assert.Equal(0, set.Wait(0));
        descriptors[0].Signal();
        descriptors[2].Signal();
        Assert.Equal(2, set.Wait(0));
        set.Get(0, out Readiness first, out ulong firstToken);
        set.Get(1, out _, out ulong secondToken);
        Assert.Equal(Readiness.Readable, first);
        Assert.Equal([0xdead_beef_0000_0000UL, 0xdead_beef_0000_0002UL], new[] { firstToken, secondToken }.Order());
        descriptors[0].Reset();
        set.Unregister(descriptors[2].Fd);
        Assert.Equal(0, set.Wait(0));
        Array.ForEach(descriptors, descriptor => descriptor.Dispose());
    }

    [Fact]
    public void Wait_MoreReadyThanCapacity_RestIsReturnedNext()
    {
        using var set = new EpollSet(2);
        EventDescriptor[] descriptors = [new(), new(), new()];
        var seen = new HashSet<ulong>();
        foreach (EventDescriptor descriptor in descriptors)
        {
            set.Register(descriptor.Fd, Readiness.Readable, (ulong)descriptor.Fd);
            descriptor.Signal();
        }
        for (int round = 0; round < 2; round++)
        {
            int count = set.Wait(0);
            Assert.Equal(2, count);
            for (int i = 0; i < count; i++)
            {
                set.Get(i, out _, out ulong token);
                seen.Add(token);
            }
        }
        Assert.Equal(3, seen.Count);
        Array.ForEach(descriptors, descriptor => descriptor.Dispose());
    }

    [Fact]
    public void Register_BadOrTwice_ReturnsTheError()
    {
        using var set = new EpollSet(2);
        using var descriptor = new EventDescriptor();
        Assert.Equal(0, set.Register(descriptor.Fd, Readiness.Readable, 1));
        Assert.Equal(-17, set.Register(descriptor.Fd, Readiness.Readable, 1));
        Assert.Equal(-9, set.Register(1_000_000, Readiness.Readable, 1));
    }

    /// <summary>The kernel's behaviour that the fake network of the other tests assumes.</summary>
    [Fact]
    public void EdgeTriggered_RealSockets_ReportChangesOnly()
    {
        using var pair = new Loopback();
        using var set = new EpollSet(4);
        Assert.Equal(0, set.Register(pair.Near, Edge, 7));
        Assert.Equal(Readiness.Writable, Next(set));
        Assert.Equal(Readiness.None, Next(set));
        pair.Far.Send("ab"u8);
        Assert.Equal(Readiness.Readable | Readiness.Writable, Next(set, wait: true));
        Assert.Equal(Readiness.None, Next(set));
        pair.Far.Send("c"u8);
        Assert.Equal(Readiness.Readable | Readiness.Writable, Next(set, wait: true));
        pair.Far.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(Readiness.Readable | Readiness.Writable | Readiness.PeerClosed, Next(set, wait: true));
        Assert.Equal(Readiness.None, Next(set));
        pair.Far.Close(0);
        Assert.True((Next(set, wait: true) & Readiness.HangUp) != 0);
    }

    private static Readiness Next(EpollSet set, bool wait = false)
    {
        if (set.Wait(wait ? 20_000 : 0) == 0)
        {
            return Readiness.None;
        }
        set.Get(0, out Readiness readiness, out ulong token);
        Assert.Equal(7UL, token);
        return readiness;
    }
}
