using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Core.Telemetry;

/// <summary>
/// The records of one worker's last requests. The worker writes over the oldest, and waits for nobody; readers copy a record and then look whether it was
/// written over meanwhile. Entries lie one behind the other in one array; positions only ever grow, an entry lies at its position modulo the array's length.
/// </summary>
/// <param name="bytes">The array's length, a power of two; 0 to keep nothing.</param>
public sealed class RecordRing(int bytes)
{
    private const int Alignment = 8;

    private static readonly int HeaderBytes = Unsafe.SizeOf<Header>();

    private readonly byte[] _bytes = new byte[bytes];
    private long _oldest, _end, _number;

    /// <summary>False if nothing is kept.</summary>
    public bool IsOn => bytes != 0;

    /// <summary>Where the next record will be: a cursor from here on sees what is yet to come. Any thread.</summary>
    public RecordCursor Newest => new() { Position = Volatile.Read(ref _end), Number = Volatile.Read(ref _number) };

    /// <summary>Adds a record. The writer's thread only. Of one that takes more than an eighth of the ring nothing is kept but its number.</summary>
    /// <param name="record">Its number is given here.</param>
    /// <param name="lengths">Of the texts.</param>
    /// <param name="texts">One behind the other.</param>
    public void Write(ref RequestRecord record, in TextLengths lengths, ReadOnlySpan<byte> texts)
    {
        record.Number = _number;
        int size = (HeaderBytes + texts.Length + Alignment - 1) & -Alignment;
        if (size <= bytes / 8)
        {
            int at = MakeRoom(size);
            ref Header header = ref HeaderAt(at);
            header.Size = size;
            header.Record = record;
            header.Lengths = lengths;
            texts.CopyTo(_bytes.AsSpan(at + HeaderBytes));
            Volatile.Write(ref _end, _end + size);
        }
        Volatile.Write(ref _number, _number + 1);
    }

    /// <summary>Copies the record at the cursor and moves it on; false if there is none yet. Any thread, each with a cursor and a copy of its own.</summary>
    /// <param name="cursor">A default one begins with the oldest record.</param>
    /// <param name="into">Overwritten.</param>
    public bool TryRead(ref RecordCursor cursor, RecordCopy into)
    {
        while (true)
        {
            long end = Volatile.Read(ref _end);
            long position = Math.Max(cursor.Position, Volatile.Read(ref _oldest));
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
            if (Volatile.Read(ref _oldest) > position)
            {
                // It was written over while we read.
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

    /// <summary>Makes room for an entry at the end, by letting go of the oldest; returns where it is to lie.</summary>
    private int MakeRoom(int size)
    {
        int at = (int)(_end & (bytes - 1));
        int left = bytes - at;
        if (left < size)
        {
            // Entries are not cut in two: what is left at the array's end is skipped.
            LetGo(_end + left + size);
            SizeAt(at) = -left;
            Volatile.Write(ref _end, _end + left);
            return 0;
        }
        LetGo(_end + size);
        return at;
    }

    /// <summary>All that lies where what ends at this position is to lie is no longer to be read: said before it is written over.</summary>
    private void LetGo(long end)
    {
        long oldest = _oldest;
        while (end - oldest > bytes)
        {
            oldest += Math.Abs(SizeAt((int)(oldest & (bytes - 1))));
        }
        if (oldest != _oldest)
        {
            Volatile.Write(ref _oldest, oldest);
            Volatile.WriteBarrier();
        }
    }

    private ref int SizeAt(int at) => ref Unsafe.As<byte, int>(ref _bytes[at]);

    private ref Header HeaderAt(int at) => ref Unsafe.As<byte, Header>(ref _bytes.AsSpan(at, HeaderBytes)[0]);

    /// <summary>What an entry begins with; the texts follow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        /// <summary>Bytes to the next entry; below 0 for a gap at the array's end.</summary>
        public int Size;
        public TextLengths Lengths;
        public RequestRecord Record;
    }
}

/// <summary>Where a reader of a <see cref="RecordRing"/> is.</summary>
public struct RecordCursor
{
    /// <summary>The position of the next record.</summary>
    internal long Position;

    /// <summary>The number that it should have.</summary>
    internal long Number;

    /// <summary>How many records were gone before they could be read.</summary>
    public long Lost;
}

/// <summary>The length of each <see cref="RecordText"/>, in bytes.</summary>
[InlineArray(Count)]
public struct TextLengths
{
    /// <summary>How many texts there are.</summary>
    public const int Count = 6;

    private ushort _first;
}
