using System.Runtime.InteropServices;

namespace Carousel.Engine.Reactor;

/// <summary>A worker's buffers, all of one size, outside the managed heap. Handed out last in, first out: what is warm is used again.</summary>
internal sealed unsafe class BufferSlab(int size) : IDisposable
{
    /// <summary>Free buffers kept for the next burst (8 MB of 32 KB ones); those beyond go back to the system.</summary>
    private const int MaxKept = 256;
    private const int PageSize = 4096;

    private readonly nint[] _free = new nint[MaxKept];
    private int _kept;

    /// <summary>Bytes of each buffer.</summary>
    public int Size { get; } = size;

    /// <summary>Buffers handed out and not yet given back.</summary>
    public int InUse { get; private set; }

    public byte* Take()
    {
        InUse++;
        return _kept > 0 ? (byte*)_free[--_kept] : (byte*)NativeMemory.AlignedAlloc((nuint)Size, PageSize);
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
            NativeMemory.AlignedFree(buffer);
        }
    }

    public void Dispose()
    {
        while (_kept > 0)
        {
            NativeMemory.AlignedFree((void*)_free[--_kept]);
        }
    }
}
