using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Xunit;

namespace Carousel.Tests.Reactor;

public sealed unsafe class BufferPoolsTests
{
    [Fact]
    public void Slab_TakeAndGive_CountsAndReusesTheLast()
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
    public void Slab_BurstBeyondMaxKept_AllUsableAndDistinct()
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
    public void SplicePipe_MayHoldBytes_IsReplaced()
    {
        using var pipe = new SplicePipe(Pipe.TryOpen);
        Pipe first = pipe.Get(0)!;
        Assert.Same(first, pipe.Get(0));
        byte one = 1;
        Assert.Equal(1, Libc.write(first.WriteEnd, &one, 1));
        pipe.Dispose();
        Assert.Equal(-Errno.EAGAIN, Libc.OrErrno(Libc.read(pipe.Get(0)!.ReadEnd, &one, 1)));
    }

    [Fact]
    public void SplicePipe_KernelGrantsNone_IsNullAndNotRetriedAtOnce()
    {
        int tries = 0;
        using var pipe = new SplicePipe(_ =>
        {
            tries++;
            return null;
        });
        Assert.Null(pipe.Get(1_000));
        Assert.Null(pipe.Get(1_999));
        Assert.Equal(1, tries);
        Assert.Null(pipe.Get(2_000));
        Assert.Equal(2, tries);
    }

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(32, 1 << 20)]
    [InlineData(33, 1 << 19)]
    [InlineData(256, 1 << 17)]
    public void SplicePipe_SizeForWorkers_StaysWithinHalfOfTheUserLimit(int workers, int size) => Assert.Equal(size, SplicePipe.SizeFor(workers));

    [Fact]
    public void Pipe_Opened_SizeIsAsGranted()
    {
        const int getPipeSize = 1032;
        using Pipe pipe = Pipe.TryOpen(1 << 18)!;
        Assert.Equal(Libc.fcntl(pipe.ReadEnd, getPipeSize, 0), pipe.Size);
        Assert.True(pipe.Size >= Pipe.LeastSize);
    }
}
