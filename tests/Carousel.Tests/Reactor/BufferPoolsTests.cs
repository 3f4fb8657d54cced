using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Xunit;

namespace Carousel.Tests.Reactor;

public sealed unsafe class BufferPoolsTests
{
    [Fact]
    public void Slab_TakeAndGive_CountsAndReusesTheWarmest()
    {
        using var slab = new BufferSlab(4096);
        byte* first = slab.Take(), second = slab.Take();
        Assert.Equal(2, slab.InUse);
        Assert.True(first != second);
        slab.Give(first);
        slab.Give(second);
        Assert.Equal(0, slab.InUse);
        Assert.True(slab.Take() == second);
        Assert.True(slab.Take() == first);
        slab.Give(first);
        slab.Give(second);
    }

    [Fact]
    public void Slab_BurstBeyondWhatIsKept_AllUsableAndDistinct()
    {
        const int burst = 600;
        using var slab = new BufferSlab(4096);
        for (int round = 0; round < 2; round++)
        {
            var taken = new HashSet<nint>();
            for (int i = 0; i < burst; i++)
            {
                byte* buffer = slab.Take();
                buffer[0] = buffer[4095] = (byte)i;
                Assert.True(taken.Add((nint)buffer));
            }
            foreach (nint buffer in taken)
            {
                slab.Give((byte*)buffer);
            }
        }
        Assert.Equal(0, slab.InUse);
    }

    [Fact]
    public void Pipes_EmptyOnesAreKept_OthersAreClosed()
    {
        using var pool = new PipePool(Pipe.TryOpen);
        Pipe first = pool.Take()!;
        pool.Give(first, empty: true);
        Assert.Same(first, pool.Take());
        byte one = 1;
        Assert.Equal(1, Libc.write(first.WriteEnd, &one, 1));
        pool.Give(first, empty: false);
        Pipe second = pool.Take()!;
        Assert.NotSame(first, second);
        Assert.Equal(-Errno.EAGAIN, Libc.OrErrno(Libc.read(second.ReadEnd, &one, 1)));
        pool.Give(second, empty: true);
    }

    [Fact]
    public void Pipes_KernelGrantsNone_IsNull()
    {
        using var pool = new PipePool(_ => null);
        Assert.Null(pool.Take());
    }
}
