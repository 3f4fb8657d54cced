using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Core.Sessions;

/// <summary>A visitor that one worker knows: the cookie as it was verified, and what the store has not been told yet.</summary>
public struct Visitor
{
    internal Characters Cookie;

    /// <summary>The server that answered last, by its tag.</summary>
    public ulong ServerTag { get; set; }

    /// <summary>Seconds since 1970 of the last request.</summary>
    public uint SeenAt { get; set; }

    /// <summary>Requests that the store has not been told of.</summary>
    public uint Owed { get; set; }

    /// <summary>The <see cref="SessionLink.StoreEpoch"/> in which this worker told the store the whole record, under this cookie; 0 if it has not.</summary>
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
public sealed class VisitorTable
{
    /// <summary>Most visitors kept: about 8 MB.</summary>
    public const int DefaultMaxVisitors = 65_536;

    private const int Ways = 4;
    private const int FirstSize = 1024;
    private const int BitsAWord = 64;

    /// <summary>Eight characters of the cookie that are nothing but random bits of the session's id.</summary>
    private const int RandomAt = 24;

    /// <summary>2^64 by the golden ratio (Knuth, volume 3, section 6.4): its upper bits depend on all bits of what it multiplies.</summary>
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private readonly int _max;
    private Visitor[] _visitors;
    private ulong[] _owing;

    /// <param name="maxVisitors">Most visitors kept: a power of two, at least 1,024.</param>
    public VisitorTable(int maxVisitors = DefaultMaxVisitors)
    {
        if (!BitOperations.IsPow2(maxVisitors) || maxVisitors < FirstSize)
        {
            throw new ArgumentOutOfRangeException(nameof(maxVisitors), maxVisitors, $"a power of two from {FirstSize} on");
        }
        _max = maxVisitors;
        _visitors = new Visitor[FirstSize];
        _owing = new ulong[FirstSize / BitsAWord];
    }

    /// <summary>Places there are now.</summary>
    public int Size => _visitors.Length;

    /// <summary>The visitor in a place that <see cref="Find"/> or <see cref="Add"/> gave; good until the next <see cref="Add"/>.</summary>
    public ref Visitor this[int place] => ref _visitors[place];

    /// <summary>The place of the visitor with exactly this cookie; -1 if it has none. The comparison takes the same time whatever differs.</summary>
    /// <param name="cookie">Its value, <see cref="SessionCookie.TextLength"/> characters: none is alike to another one's, as their base64 is.</param>
    public int Find(ReadOnlySpan<byte> cookie)
    {
        int first = SetOf(cookie, _visitors.Length);
        for (int place = first; place < first + Ways; place++)
        {
            ref Visitor visitor = ref _visitors[place];
            if (visitor.IsUsed && AreSame(visitor.Cookie, cookie))
            {
                return place;
            }
        }
        return -1;
    }

    /// <summary>Takes in a visitor whose cookie is valid and not in the table.</summary>
    /// <param name="cookie">Its value.</param>
    /// <param name="ticket">What it says.</param>
    /// <param name="evicted">Who had to make room; <see cref="Visitor.Owed"/> is 0 if that was nobody, or nothing is owed.</param>
    /// <returns>The place.</returns>
    public int Add(ReadOnlySpan<byte> cookie, in SessionTicket ticket, out Visitor evicted)
    {
        int place = Room(SetOf(cookie, _visitors.Length));
        while (_visitors[place].IsUsed && _visitors.Length < _max)
        {
            Grow();
            place = Room(SetOf(cookie, _visitors.Length));
        }
        evicted = _visitors[place];
        Settle(place);
        ref Visitor visitor = ref _visitors[place];
        visitor = new Visitor { IsUsed = true, Ticket = ticket };
        cookie[..SessionCookie.TextLength].CopyTo(visitor.Cookie);
        return place;
    }

    /// <summary>The store is owed news of the visitor in this place.</summary>
    public void Owe(int place) => _owing[place / BitsAWord] |= 1UL << (place % BitsAWord);

    /// <summary>The store was told.</summary>
    public void Settle(int place) => _owing[place / BitsAWord] &= ~(1UL << (place % BitsAWord));

    /// <summary>The first place from <paramref name="from"/> on whose visitor the store is owed news of; -1 if there is none.</summary>
    public int NextOwing(int from)
    {
        for (int word = from / BitsAWord; word < _owing.Length; word++)
        {
            int low = word == from / BitsAWord ? from % BitsAWord : 0;
            ulong bits = _owing[word] & (ulong.MaxValue << low);
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
            if (!_visitors[place].IsUsed)
            {
                return place;
            }
            if (_visitors[place].SeenAt < _visitors[oldest].SeenAt)
            {
                oldest = place;
            }
        }
        return oldest;
    }

    /// <summary>Twice the sets: the visitors of one are spread over two, so that all find room.</summary>
    private void Grow()
    {
        Visitor[] old = _visitors;
        ulong[] owing = _owing;
        _visitors = new Visitor[old.Length * 2];
        _owing = new ulong[owing.Length * 2];
        for (int i = 0; i < old.Length; i++)
        {
            if (old[i].IsUsed)
            {
                int place = Room(SetOf(old[i].Cookie, _visitors.Length));
                _visitors[place] = old[i];
                if ((owing[i / BitsAWord] >> (i % BitsAWord) & 1) != 0)
                {
                    Owe(place);
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
