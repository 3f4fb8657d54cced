using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Sessions;

/// <summary>
/// Queue from one worker to the store writer: a bounded byte ring that never blocks either side. One writer thread, one reader thread; allocates only
/// in the constructor.
/// </summary>
/// <remarks>
/// An entry is a header, the client's address and the fields, aligned to 8 bytes and never split at the ring's end: the rest there is filled by an
/// entry without content.
/// <code>
///         Read             Written
///   ......[entry][entry][ey]........    positions only grow; the offset is the position modulo the capacity
/// </code>
/// </remarks>
public sealed class SessionQueue
{
    /// <summary>Holds the records of a few seconds of an outage; what does not fit stays unsaved until the session's next request.</summary>
    public const int DefaultCapacity = 2 * 1024 * 1024;

    private const int HeaderBytes = 48;
    private const int Alignment = 8;

    /// <summary>Offset of the kind, present in every entry, including those shorter than a header.</summary>
    private const int KindAt = 4;

    private readonly byte[] _ring;
    private Positions _at;

    /// <param name="capacity">Bytes: a power of two, at least four times the largest event.</param>
    public SessionQueue(int capacity = DefaultCapacity)
    {
        if (!int.IsPow2(capacity) || capacity < 4 * (HeaderBytes + SessionFields.MaxBytes + 64))
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "must be a power of two and hold at least four of the largest events");
        }
        _ring = new byte[capacity];
    }

    /// <summary>Bytes queued. Any thread; exact for the reader's and the writer's own side.</summary>
    public long Waiting
    {
        get
        {
            // In this order, so that a concurrent reader cannot make the result negative.
            long read = Volatile.Read(ref _at.Read);
            return Volatile.Read(ref _at.Written) - read;
        }
    }

    /// <summary>Adds an event; false if it does not fit. The writer's thread.</summary>
    public bool TryWrite(in SessionEvent item)
    {
        int length = Align(HeaderBytes + item.Client.Length + item.Fields.Length);
        long position = _at.Written;
        int toEnd = _ring.Length - Place(position);
        int skipped = length <= toEnd ? 0 : toEnd;
        if (position + skipped + length - Volatile.Read(ref _at.Read) > _ring.Length)
        {
            return false;
        }
        if (skipped != 0)
        {
            WriteSkip(_ring.AsSpan(Place(position)), skipped);
            position += skipped;
        }
        Span<byte> entry = _ring.AsSpan(Place(position), length);
        MemoryMarshal.Write(entry, new Header
        {
            Length = length,
            Kind = item.IsRecord ? Kind.Record : Kind.Touch,
            ClientBytes = (byte)item.Client.Length,
            FieldBytes = (ushort)item.Fields.Length,
            Id = item.Id,
            ServerTag = item.ServerTag,
            CreatedAt = item.CreatedAt,
            SeenAt = item.SeenAt,
            Requests = item.Requests,
        });
        item.Client.CopyTo(entry[HeaderBytes..]);
        item.Fields.CopyTo(entry[(HeaderBytes + item.Client.Length)..]);
        Volatile.Write(ref _at.Written, position + length);
        return true;
    }

    /// <summary>Returns the oldest event, whose spans are valid until <see cref="Release"/>; false if there is none. The reader's thread.</summary>
    public bool TryPeek(out SessionEvent item)
    {
        while (_at.Read != Volatile.Read(ref _at.Written))
        {
            ReadOnlySpan<byte> entry = _ring.AsSpan(Place(_at.Read));
            if ((Kind)entry[KindAt] != Kind.Skip)
            {
                item = Open(MemoryMarshal.Read<Header>(entry), entry);
                return true;
            }
            Release();
        }
        item = default;
        return false;
    }

    /// <summary>Frees the space of the event returned by <see cref="TryPeek"/>. The reader's thread.</summary>
    public void Release()
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(_ring.AsSpan(Place(_at.Read)));
        Volatile.Write(ref _at.Read, _at.Read + length);
    }

    private static void WriteSkip(Span<byte> rest, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, length);
        rest[KindAt] = (byte)Kind.Skip;
    }

    private static SessionEvent Open(Header header, ReadOnlySpan<byte> entry) => new()
    {
        Id = header.Id,
        ServerTag = header.ServerTag,
        CreatedAt = header.CreatedAt,
        SeenAt = header.SeenAt,
        Requests = header.Requests,
        IsRecord = header.Kind == Kind.Record,
        Client = entry.Slice(HeaderBytes, header.ClientBytes),
        Fields = entry.Slice(HeaderBytes + header.ClientBytes, header.FieldBytes),
    };

    private int Place(long position) => (int)(position & (_ring.Length - 1));

    private static int Align(int length) => (length + Alignment - 1) & -Alignment;

    private enum Kind : byte
    {
        /// <summary>Filler up to the end of the ring.</summary>
        Skip,
        Touch,
        Record,
    }

    /// <summary>Length and kind come first: a skip entry may be only 8 bytes long.</summary>
    [StructLayout(LayoutKind.Explicit, Size = HeaderBytes)]
    private struct Header
    {
        [FieldOffset(0)] public int Length;
        [FieldOffset(KindAt)] public Kind Kind;
        [FieldOffset(5)] public byte ClientBytes;
        [FieldOffset(6)] public ushort FieldBytes;
        [FieldOffset(8)] public SessionId Id;
        [FieldOffset(24)] public ulong ServerTag;
        [FieldOffset(32)] public uint CreatedAt;
        [FieldOffset(36)] public uint SeenAt;
        [FieldOffset(40)] public uint Requests;
    }

    /// <summary>Each side writes its own position. All workers' queues are made one after the other, and their arrays are elsewhere.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 3 * CacheLines.Apart)]
    private struct Positions
    {
        [FieldOffset(CacheLines.Apart)]
        public long Written;

        [FieldOffset(2 * CacheLines.Apart)]
        public long Read;
    }
}
