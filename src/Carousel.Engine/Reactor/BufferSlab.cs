using System.Runtime.InteropServices;

namespace Carousel.Engine.Reactor;

/// <summary>
/// A worker's buffers of one size, outside the managed heap. Last in, first out, so that buffers in the CPU cache are reused.
/// </summary>
internal sealed unsafe class BufferSlab(int size) : IDisposable
{
    /// <summary>Maximum free buffers kept for the next burst (8 MB of 32 KB buffers); more are freed.</summary>
    private const int MaxKept = 256;

    private const int PageSize = 4096;
    private const int CacheLine = 64;

    /// <summary>
    /// Each buffer starts at another cache line of its page. With equal alignment the heads of all requests in flight would compete for the
    /// same few cache sets.
    /// </summary>
    private const int Colors = PageSize / CacheLine;

    private readonly nint[] _free = new nint[MaxKept];
    private int _kept;
    private int _color;

    /// <summary>Size of a buffer in bytes.</summary>
    public int Size { get; } = size;

    /// <summary>Size of a large buffer: the contents of a pipe and the spare space of a normal buffer.</summary>
    public int LargeSize => SplicePipe.MaxSize + Size;

    /// <summary>Large buffers in use. The caller keeps their number small.</summary>
    public int LargeInUse { get; private set; }

    /// <summary>Buffers in use.</summary>
    public int InUse { get; private set; }

    public byte* Take()
    {
        InUse++;
        return _kept > 0 ? (byte*)_free[--_kept] : Allocate();
    }

    public void Give(byte* buffer)
    {
        InUse--;
        if (_kept < MaxKept)
        {
            _free[_kept++] = (nint)buffer;
        }
        else
        {
            Free(buffer);
        }
    }

    /// <summary>Returns a large buffer. Its memory is allocated by the kernel only as far as it is written.</summary>
    public byte* TakeLarge()
    {
        LargeInUse++;
        return (byte*)NativeMemory.Alloc((nuint)LargeSize);
    }

    public void GiveLarge(byte* buffer)
    {
        LargeInUse--;
        NativeMemory.Free(buffer);
    }

    public void Dispose()
    {
        while (_kept > 0)
        {
            Free((byte*)_free[--_kept]);
        }
    }

    private byte* Allocate()
    {
        _color = (_color + 1) % Colors;
        return (byte*)NativeMemory.AlignedAlloc((nuint)(Size + PageSize), PageSize) + _color * CacheLine;
    }

    private static void Free(byte* buffer) => NativeMemory.AlignedFree((void*)((nint)buffer & ~(PageSize - 1)));
}
