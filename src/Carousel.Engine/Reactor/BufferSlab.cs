using System.Runtime.InteropServices;

namespace Carousel.Engine.Reactor;

/// <summary>A worker's buffers, all of one size, outside the managed heap. Handed out last in, first out: what is warm is used again.</summary>
internal sealed unsafe class BufferSlab(int size) : IDisposable
{
    /// <summary>Free buffers kept for the next burst (8 MB of 32 KB ones); those beyond go back to the system.</summary>
    private const int MaxKept = 256;

    private const int PageSize = 4096;
    private const int CacheLine = 64;

    /// <summary>
    /// Each buffer starts at another line of its page. Were all aligned alike, the heads of all requests in flight would compete for the same few sets of the
    /// processor's caches, and push each other out.
    /// </summary>
    private const int Colors = PageSize / CacheLine;

    private readonly nint[] _free = new nint[MaxKept];
    private int _kept;
    private int _color;

    /// <summary>Bytes of each buffer.</summary>
    public int Size { get; } = size;

    /// <summary>Bytes of a large buffer: it takes what a pipe holds, and as much around it as the others have to spare.</summary>
    public int LargeSize => SplicePipe.MaxSize + Size;

    /// <summary>Large buffers handed out and not yet given back. Whoever takes them sees to it that they are few.</summary>
    public int LargeInUse { get; private set; }

    /// <summary>Buffers handed out and not yet given back.</summary>
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

    /// <summary>A large buffer, of memory that is real only as far as it is written.</summary>
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
