using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Carousel.Core.Sessions;

/// <summary>
/// From one worker to the writer of the store: a ring of bytes, bounded, that neither side waits for. One thread writes, one reads; nothing is
/// allocated after the constructor.
/// </summary>
/// <remarks>
/// An entry is a header, the client's address and the fields, at a multiple of 8 bytes and never broken at the ring's end: what is left there is
/// skipped by an entry of no content.
/// <code>
///         _read            _written
///   ......[entry][entry][ey]........    positions only grow; their place is position modulo capacity
/// </code>
/// </remarks>
public sealed class SessionQueue
{
    /// <summary>Room for the records of a few seconds of an outage; what does not fit is owed until the visitor comes back.</summary>
    public const int DefaultCapacity = 2 * 1024 * 1024;

    private const int HeaderBytes = 48;
    private const int Alignment = 8;

    /// <summary>Where every entry says what it is, those too that are shorter than a header.</summary>
    private const int KindAt = 4;

    private readonly byte[] _ring;
    private long _written;
    private long _read;

    /// <param name="capacity">Bytes: a power of two, at least four times the largest event.</param>
    public SessionQueue(int capacity = DefaultCapacity)
    {
        if (!int.IsPow2(capacity) || capacity < 4 * (HeaderBytes + SessionFields.MaxBytes + 64))
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a power of two that four of the largest events fit in");
        }
        _ring = new byte[capacity];
    }

    /// <summary>Bytes that wait to be read. Any thread; exact for the reader and the writer, as far as each of them goes.</summary>
    public long Waiting
    {
        get
        {
            // In this order, so that a reader who goes on meanwhile does not make it less than nothing.
            long read = Volatile.Read(ref _read);
            return Volatile.Read(ref _written) - read;
        }
    }

    /// <summary>Adds an event; false if there is no room. The writer's thread.</summary>
    public bool TryWrite(in SessionEvent item)
    {
        int length = Align(HeaderBytes + item.Client.Length + item.Fields.Length);
        long position = _written;
        int toEnd = _ring.Length - Place(position);
        int skipped = length <= toEnd ? 0 : toEnd;
        if (position + skipped + length - Volatile.Read(ref _read) > _ring.Length)
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
        Volatile.Write(ref _written, position + length);
        return true;
    }

    /// <summary>Looks at the oldest event, whose spans are good until <see cref="Release"/>; false if there is none. The reader's thread.</summary>
    public bool TryPeek(out SessionEvent item)
    {
        while (_read != Volatile.Read(ref _written))
        {
            ReadOnlySpan<byte> entry = _ring.AsSpan(Place(_read));
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

    /// <summary>Gives the room of the event back that <see cref="TryPeek"/> showed. The reader's thread.</summary>
    public void Release()
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(_ring.AsSpan(Place(_read)));
        Volatile.Write(ref _read, _read + length);
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
        /// <summary>Nothing: the rest of the ring before its beginning.</summary>
        Skip,
        Touch,
        Record,
    }

    /// <summary>Length and kind come first: what is skipped may have room for 8 bytes only.</summary>
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
}
