using System.Runtime.InteropServices;

namespace Carousel.Tests.Http;

/// <summary>One page of memory between two inaccessible pages: an access before its start or after its end ends the process.</summary>
internal sealed unsafe partial class GuardedBytes : IDisposable
{
    private const int ProtNone = 0, ProtReadWrite = 1 | 2, MapPrivateAnonymous = 0x02 | 0x20;

    private static readonly int PageSize = Environment.SystemPageSize;

    private readonly byte* _mapping;

    public GuardedBytes()
    {
        void* mapping = Map(null, 3 * PageSize, ProtNone, MapPrivateAnonymous, -1, 0);
        if (mapping == (void*)-1 || Protect((byte*)mapping + PageSize, PageSize, ProtReadWrite) != 0)
        {
            throw new InvalidOperationException($"mmap or mprotect failed: errno {Marshal.GetLastPInvokeError()}");
        }
        _mapping = (byte*)mapping;
    }

    public Span<byte> Page => new(_mapping + PageSize, PageSize);

    /// <summary>Returns these bytes (at most a page) with no readable memory after them.</summary>
    public Span<byte> AtEnd(ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = Page[^bytes.Length..];
        bytes.CopyTo(place);
        return place;
    }

    /// <summary>Returns these bytes (at most a page) with no readable memory before them.</summary>
    public Span<byte> AtStart(ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = Page[..bytes.Length];
        bytes.CopyTo(place);
        return place;
    }

    public void Dispose() => Unmap(_mapping, 3 * PageSize);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nint length);
}
