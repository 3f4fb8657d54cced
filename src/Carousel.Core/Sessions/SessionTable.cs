using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Core.Sessions;

/// <summary>A visitor that one worker knows: the cookie as it was verified, and what the store has not been told yet.</summary>
public struct SessionEntry
{
    internal Characters Cookie;

    /// <summary>The server that answered last, by its tag.</summary>
    public ulong ServerTag { get; set; }

    /// <summary>Seconds since 1970 of the last request.</summary>
    public uint SeenAt { get; set; }

    /// <summary>Requests that the store has not been told of.</summary>
    public uint Unsaved { get; set; }

    /// <summary>The <see cref="SessionChannel.StoreEpoch"/> in which this worker told the store the whole record, under this cookie; 0 if it has not.</summary>
    public int RecordedIn { get; set; }

    internal bool IsUsed { get; set; }

    /// <summary>What the cookie says.</summary>
    public SessionTicket Ticket { get; internal set; }

    [InlineArray(SessionCookie.TextLength)]
    internal struct Characters
    {
        private byte _first;
    }
}

/// <summary>
/// The visitors that one worker saw last. It saves decoding cookies that were verified before, and computing their signatures, and gathers what many
/// requests of one visitor have to tell the store. Sets of four places, one of them by the session's id; it grows with its visitors up to a bound, and then the
/// one in a set that was not seen for longest makes room. One thread; allocates only when it grows.
/// </summary>
/// <remarks>Ids are random and signed by us: nobody can choose those that meet in one set.</remarks>
public sealed class SessionTable
{
    /// <summary>Most visitors kept: about 8 MB.</summary>
    public const int DefaultMaxSessions = 65_536;

    private const int Ways = 4;
    private const int FirstSize = 1024;
    private const int BitsAWord = 64;

    /// <summary>Eight characters of the cookie that are nothing but random bits of the session's id.</summary>
    private const int RandomAt = 24;

    /// <summary>2^64 by the golden ratio (Knuth, volume 3, section 6.4): its upper bits depend on all bits of what it multiplies.</summary>
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private readonly int _max;
    private SessionEntry[] _entries;
    private ulong[] _dirty;

    /// <param name="maxSessions">Most visitors kept: a power of two, at least 1,024.</param>
    public SessionTable(int maxSessions = DefaultMaxSessions)
    {
        if (!BitOperations.IsPow2(maxSessions) || maxSessions < FirstSize)
        {
            throw new ArgumentOutOfRangeException(nameof(maxSessions), maxSessions, $"a power of two from {FirstSize} on");
        }
        _max = maxSessions;
        _entries = new SessionEntry[FirstSize];
        _dirty = new ulong[FirstSize / BitsAWord];
    }

    /// <summary>Places there are now.</summary>
    public int Size => _entries.Length;

    /// <summary>The visitor in a place that <see cref="Find"/> or <see cref="Add"/> gave; good until the next <see cref="Add"/>.</summary>
    public ref SessionEntry this[int place] => ref _entries[place];

    /// <summary>The place of the visitor with exactly this cookie; -1 if it has none. The comparison takes the same time whatever differs.</summary>
    /// <param name="cookie">Its value, <see cref="SessionCookie.TextLength"/> characters: none is alike to another one's, as their base64 is.</param>
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

    /// <summary>Takes in a visitor whose cookie is valid and not in the table.</summary>
    /// <param name="cookie">Its value.</param>
    /// <param name="ticket">What it says.</param>
    /// <param name="evicted">Who had to make room; <see cref="SessionEntry.Unsaved"/> is 0 if that was nobody, or nothing is owed.</param>
    /// <returns>The place.</returns>
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

    /// <summary>The store is owed news of the visitor in this place.</summary>
    public void MarkDirty(int place) => _dirty[place / BitsAWord] |= 1UL << (place % BitsAWord);

    /// <summary>The store was told.</summary>
    public void MarkClean(int place) => _dirty[place / BitsAWord] &= ~(1UL << (place % BitsAWord));

    /// <summary>The first place from <paramref name="from"/> on whose visitor the store is owed news of; -1 if there is none.</summary>
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

    /// <summary>A free place of the set, or that of its visitor who was not seen for longest.</summary>
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

    /// <summary>Twice the sets: the visitors of one are spread over two, so that all find room.</summary>
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

    /// <summary>The first place of this cookie's set in a table of so many places.</summary>
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
