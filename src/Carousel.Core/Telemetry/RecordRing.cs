using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Memory;

namespace Carousel.Core.Telemetry;

/// <summary>
/// A ring buffer of the records of one worker's last requests. The worker overwrites the oldest records without waiting for readers.
/// A reader copies a record, then checks whether it was overwritten meanwhile. Entries are contiguous in one array. Positions only increase;
/// an entry is at its position modulo the array's length.
/// </summary>
/// <param name="bytes">The array's length, a power of two; 0 to keep no records.</param>
public sealed class RecordRing(int bytes)
{
    private const int Alignment = 8;

    private static readonly int HeaderBytes = Unsafe.SizeOf<Header>();

    private readonly byte[] _bytes = new byte[bytes];
    private Written _written;
    private int _adding;

    /// <summary>False if no records are kept.</summary>
    public bool IsOn => bytes != 0;

    /// <summary>A cursor at the next record to be written. Any thread.</summary>
    public RecordCursor Newest => new() { Position = Volatile.Read(ref _written.End), Number = Volatile.Read(ref _written.Number) };

    /// <summary>
    /// Begins to add a record: the caller writes the texts into the returned space, then calls <see cref="End"/>. The writer's thread only. A record
    /// larger than an eighth of the ring is not stored; only its number is used.
    /// </summary>
    /// <param name="record">Its number is assigned here.</param>
    /// <param name="lengths">The lengths of the texts.</param>
    /// <returns>Space for all texts, one after the other; empty if there are none, or if the record is not stored.</returns>
    public Span<byte> Begin(ref RequestRecord record, in TextLengths lengths)
    {
        record.Number = _written.Number;
        int texts = lengths.Total;
        int size = (HeaderBytes + texts + Alignment - 1) & -Alignment;
        if (size > bytes / 8)
        {
            return default;
        }
        int at = MakeRoom(size);
        ref Header header = ref HeaderAt(at);
        header.Size = size;
        header.Record = record;
        header.Lengths = lengths;
        _adding = size;
        return _bytes.AsSpan(at + HeaderBytes, texts);
    }

    /// <summary>Makes the record that was begun visible to readers.</summary>
    public void End()
    {
        Volatile.Write(ref _written.End, _written.End + _adding);
        _adding = 0;
        Volatile.Write(ref _written.Number, _written.Number + 1);
    }

    /// <summary>Copies the record at the cursor and advances it; false if there is none yet. Any thread, each with its own cursor and copy.</summary>
    /// <param name="cursor">A default one starts at the oldest record.</param>
    /// <param name="into">Overwritten.</param>
    public bool TryRead(ref RecordCursor cursor, RecordCopy into)
    {
        while (true)
        {
            long end = Volatile.Read(ref _written.End);
            long position = Math.Max(cursor.Position, Volatile.Read(ref _written.Oldest));
            if (position >= end)
            {
                cursor.Position = position;
                return false;
            }
            int at = (int)(position & (bytes - 1));
            int size = Volatile.Read(ref SizeAt(at));
            bool isRecord = size > 0;
            bool isWhole = isRecord && size <= bytes - at && at + HeaderBytes <= bytes && into.Take(_bytes.AsSpan(at, size), HeaderBytes);
            Volatile.ReadBarrier();
            if (Volatile.Read(ref _written.Oldest) > position)
            {
                // It was overwritten during the copy.
                continue;
            }
            cursor.Position = position + Math.Abs(size);
            if (isWhole)
            {
                cursor.Lost += into.Record.Number - cursor.Number;
                cursor.Number = into.Record.Number + 1;
                return true;
            }
        }
    }

    /// <summary>Frees room for an entry at the end by releasing the oldest entries; returns the entry's index.</summary>
    private int MakeRoom(int size)
    {
        int at = (int)(_written.End & (bytes - 1));
        int left = bytes - at;
        if (left < size)
        {
            // Entries are contiguous: the rest of the array is skipped.
            Release(_written.End + left + size);
            SizeAt(at) = -left;
            Volatile.Write(ref _written.End, _written.End + left);
            return 0;
        }
        Release(_written.End + size);
        return at;
    }

    /// <summary>Marks the entries as released that an entry ending at this position will overwrite. This is published before the write.</summary>
    private void Release(long end)
    {
        long oldest = _written.Oldest;
        while (end - oldest > bytes)
        {
            oldest += Math.Abs(SizeAt((int)(oldest & (bytes - 1))));
        }
        if (oldest != _written.Oldest)
        {
            Volatile.Write(ref _written.Oldest, oldest);
            Volatile.WriteBarrier();
        }
    }

    private ref int SizeAt(int at) => ref Unsafe.As<byte, int>(ref _bytes[at]);

    private ref Header HeaderAt(int at) => ref Unsafe.As<byte, Header>(ref _bytes.AsSpan(at, HeaderBytes)[0]);

    /// <summary>Written for every request. All workers' rings are made one after the other, and their arrays are elsewhere.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Apart)]
    private struct Written
    {
        [FieldOffset(CacheLines.Apart)]
        public long Oldest;

        [FieldOffset(CacheLines.Apart + 8)]
        public long End;

        [FieldOffset(CacheLines.Apart + 16)]
        public long Number;
    }

    /// <summary>The header of an entry; the texts follow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        /// <summary>Bytes to the next entry; negative for a gap at the array's end.</summary>
        public int Size;
        public TextLengths Lengths;
        public RequestRecord Record;
    }
}

/// <summary>A reader's position in a <see cref="RecordRing"/>.</summary>
public struct RecordCursor
{
    /// <summary>The position of the next record.</summary>
    internal long Position;

    /// <summary>The expected number of the next record.</summary>
    internal long Number;

    /// <summary>Number of records overwritten before they were read.</summary>
    public long Lost;
}

/// <summary>The length of each <see cref="RecordText"/>, in bytes.</summary>
[InlineArray(Count)]
public struct TextLengths
{
    /// <summary>Number of texts.</summary>
    public const int Count = 6;

    private ushort _first;

    /// <summary>The length of all texts.</summary>
    public readonly int Total
    {
        get
        {
            int total = 0;
            foreach (ushort length in this)
            {
                total += length;
            }
            return total;
        }
    }
}
