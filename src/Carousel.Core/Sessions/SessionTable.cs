using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Core.Sessions;

/// <summary>A session that one worker knows: its verified cookie, and updates not yet written to the store.</summary>
public struct SessionEntry
{
    internal Characters Cookie;

    /// <summary>Tag of the server that responded last.</summary>
    public ulong ServerTag { get; set; }

    /// <summary>Time of the last request in seconds since 1970.</summary>
    public uint SeenAt { get; set; }

    /// <summary>Requests not yet recorded in the store.</summary>
    public uint Unsaved { get; set; }

    /// <summary>The <see cref="SessionChannel.StoreEpoch"/> in which this worker sent the whole record, under this cookie; 0 if it has not.</summary>
    public int RecordedIn { get; set; }

    internal bool IsUsed { get; set; }

    /// <summary>The cookie's ticket.</summary>
    public SessionTicket Ticket { get; internal set; }

    [InlineArray(SessionCookie.TextLength)]
    internal struct Characters
    {
        private byte _first;
    }
}

/// <summary>
/// The sessions that one worker saw last. Saves decoding and verifying cookies again, and merges updates of several requests of a session for the
/// store. Four-way set-associative by the session's id. Grows up to a bound; then the least recently seen session of a set is evicted. One thread;
/// allocates only when it grows.
/// </summary>
/// <remarks>Ids are random and signed, so a client cannot choose ids that collide in one set.</remarks>
public sealed class SessionTable
{
    /// <summary>Maximum number of sessions: about 8 MB.</summary>
    public const int DefaultMaxSessions = 65_536;

    private const int Ways = 4;
    private const int FirstSize = 1024;
    private const int BitsAWord = 64;

    /// <summary>Offset of eight characters of the cookie that encode only random bits of the session's id.</summary>
    private const int RandomAt = 24;

    /// <summary>
    /// 2^64 divided by the golden ratio (Knuth, volume 3, section 6.4): the upper bits of a product with it depend on all bits of the other factor.
    /// </summary>
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private readonly int _max;
    private SessionEntry[] _entries;
    private ulong[] _dirty;

    /// <param name="maxSessions">Maximum number of sessions: a power of two, at least 1,024.</param>
    public SessionTable(int maxSessions = DefaultMaxSessions)
    {
        if (!BitOperations.IsPow2(maxSessions) || maxSessions < FirstSize)
        {
            throw new ArgumentOutOfRangeException(nameof(maxSessions), maxSessions, $"must be a power of two, at least {FirstSize}");
        }
        _max = maxSessions;
        _entries = new SessionEntry[FirstSize];
        _dirty = new ulong[FirstSize / BitsAWord];
    }

    /// <summary>Current number of places.</summary>
    public int Size => _entries.Length;

    /// <summary>The session at an index returned by <see cref="Find"/> or <see cref="Add"/>; valid until the next <see cref="Add"/>.</summary>
    public ref SessionEntry this[int place] => ref _entries[place];

    /// <summary>The index of the session with exactly this cookie; -1 if there is none. The comparison takes constant time.</summary>
    /// <param name="cookie">Its value, <see cref="SessionCookie.TextLength"/> characters; each ticket has exactly one base64 text.</param>
    public int Find(ReadOnlySpan<byte> cookie)
    {
        int first = SetOf(cookie, _entries.Length);
        for (int place = first; place < first + Ways; place++)
        {
            ref SessionEntry entry = ref _entries[place];
            if (entry.IsUsed && AreSame(entry.Cookie, cookie))
            {
                return place;
            }
        }
        return -1;
    }

    /// <summary>Adds a session whose cookie is valid and not in the table.</summary>
    /// <param name="cookie">Its value.</param>
    /// <param name="ticket">Its ticket.</param>
    /// <param name="evicted">The evicted session; <see cref="SessionEntry.Unsaved"/> is 0 if none was evicted, or it had no unsaved updates.</param>
    /// <returns>The index.</returns>
    public int Add(ReadOnlySpan<byte> cookie, in SessionTicket ticket, out SessionEntry evicted)
    {
        int place = Room(SetOf(cookie, _entries.Length));
        while (_entries[place].IsUsed && _entries.Length < _max)
        {
            Grow();
            place = Room(SetOf(cookie, _entries.Length));
        }
        evicted = _entries[place];
        MarkClean(place);
        ref SessionEntry entry = ref _entries[place];
        entry = new SessionEntry { IsUsed = true, Ticket = ticket };
        cookie[..SessionCookie.TextLength].CopyTo(entry.Cookie);
        return place;
    }

    /// <summary>Marks the session at this index as having unsaved updates.</summary>
    public void MarkDirty(int place) => _dirty[place / BitsAWord] |= 1UL << (place % BitsAWord);

    /// <summary>Marks the session at this index as saved.</summary>
    public void MarkClean(int place) => _dirty[place / BitsAWord] &= ~(1UL << (place % BitsAWord));

    /// <summary>The first index from <paramref name="from"/> on whose session has unsaved updates; -1 if there is none.</summary>
    public int NextDirty(int from)
    {
        for (int word = from / BitsAWord; word < _dirty.Length; word++)
        {
            int low = word == from / BitsAWord ? from % BitsAWord : 0;
            ulong bits = _dirty[word] & (ulong.MaxValue << low);
            if (bits != 0)
            {
                return word * BitsAWord + BitOperations.TrailingZeroCount(bits);
            }
        }
        return -1;
    }

    /// <summary>A free place of the set, or that of its least recently seen session.</summary>
    private int Room(int first)
    {
        int oldest = first;
        for (int place = first; place < first + Ways; place++)
        {
            if (!_entries[place].IsUsed)
            {
                return place;
            }
            if (_entries[place].SeenAt < _entries[oldest].SeenAt)
            {
                oldest = place;
            }
        }
        return oldest;
    }

    /// <summary>Doubles the number of sets: each set's sessions are spread over two, so all fit.</summary>
    private void Grow()
    {
        SessionEntry[] old = _entries;
        ulong[] dirty = _dirty;
        _entries = new SessionEntry[old.Length * 2];
        _dirty = new ulong[dirty.Length * 2];
        for (int i = 0; i < old.Length; i++)
        {
            if (old[i].IsUsed)
            {
                int place = Room(SetOf(old[i].Cookie, _entries.Length));
                _entries[place] = old[i];
                if ((dirty[i / BitsAWord] >> (i % BitsAWord) & 1) != 0)
                {
                    MarkDirty(place);
                }
            }
        }
    }

    /// <summary>The first index of this cookie's set in a table of <paramref name="places"/> places.</summary>
    internal static int SetOf(ReadOnlySpan<byte> cookie, int places)
    {
        ulong random = BinaryPrimitives.ReadUInt64LittleEndian(cookie[RandomAt..]);
        int bits = BitOperations.Log2((uint)(places / Ways));
        return (int)(random * Golden >> (64 - bits)) * Ways;
    }

    private static bool AreSame(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        ReadOnlySpan<ulong> left = MemoryMarshal.Cast<byte, ulong>(a[..SessionCookie.TextLength]);
        ReadOnlySpan<ulong> right = MemoryMarshal.Cast<byte, ulong>(b[..SessionCookie.TextLength]);
        ulong difference = 0;
        for (int i = 0; i < left.Length; i++)
        {
            difference |= left[i] ^ right[i];
        }
        return difference == 0;
    }
}
