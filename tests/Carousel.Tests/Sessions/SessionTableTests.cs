using Carousel.Core.Sessions;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionTableTests
{
    private const int Ways = 4;
    private const int Smallest = 1024;

    private enum Act
    {
        See,
        MarkDirty,
        Flush,
        FindOther,
    }

    /// <summary>Operations on sessions: few sets, so that they fill up.</summary>
    private static readonly Gen<(Act Act, int Set, int Number)[]> Plays = Gen.Select(
        Gen.Frequency((6, Gen.Const(Act.See)), (3, Gen.Const(Act.MarkDirty)), (1, Gen.Const(Act.Flush)), (1, Gen.Const(Act.FindOther))),
        Gen.Int[0, 2],
        Gen.Int[0, 11]).Array[1, 150];

    [Theory]
    [InlineData(Smallest)]
    [InlineData(2 * Smallest)]
    [InlineData(8 * Smallest)]
    public void AnyOperations_ComparedWithADictionary_Agree(int max) => Plays.Sample(
        play =>
        {
            var model = new Model(max);
            foreach ((Act act, int set, int number) in play)
            {
                model.Step(act, TicketOf(set, number));
            }
            model.CheckAll();
        },
        iter: 500);

    [Fact]
    public void Find_SameSessionAnotherCookie_IsNotFound()
    {
        var table = new SessionTable();
        SessionTicket ticket = TicketOf(1, 1);
        byte[] cookie = SessionSamples.CookieBytes(ticket);
        int place = table.Add(cookie, ticket, out _);
        for (int bit = 0; bit < 8 * cookie.Length; bit++)
        {
            byte[] other = [.. cookie];
            other[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Equal(-1, table.Find(other));
        }
        Assert.Equal(place, table.Find(cookie));
        Assert.Equal(ticket, table[place].Ticket);
    }

    [Fact]
    public void Add_ManySessions_GrowsToItsLimit()
    {
        const int max = 4 * Smallest;
        var table = new SessionTable(max);
        Assert.Equal(Smallest, table.Size);
        var random = new Random(1);
        int evicted = 0;
        for (int i = 0; i < 5 * max; i++)
        {
            var id = new SessionId((ulong)random.NextInt64(), (ulong)random.NextInt64());
            var ticket = new SessionTicket(id, 1, 1, 7);
            byte[] cookie = SessionSamples.CookieBytes(ticket);
            int place = table.Add(cookie, ticket, out SessionEntry old);
            table[place].SeenAt = (uint)i;
            table[place].Unsaved = 1;
            evicted += old.Unsaved == 0 ? 0 : 1;
            Assert.Equal(place, table.Find(cookie));
            Assert.True(table.Size <= max);
        }
        Assert.Equal(max, table.Size);
        Assert.InRange(evicted, 4 * max, 5 * max);
    }

    [Fact]
    public void FindAddMark_AtItsLimit_AllocateNothing()
    {
        var table = new SessionTable(Smallest);
        SessionTicket[] tickets = [.. Enumerable.Range(0, 3 * Smallest).Select(i => new SessionTicket(SessionSamples.Id((ulong)i), 9, 1000, 7))];
        byte[][] cookies = [.. tickets.Select(SessionSamples.CookieBytes)];
        long Sum()
        {
            long sum = 0;
            for (int i = 0; i < cookies.Length; i++)
            {
                int place = table.Find(cookies[i]);
                place = place < 0 ? table.Add(cookies[i], tickets[i], out _) : place;
                table.MarkDirty(place);
                sum += table.NextDirty(0);
                table.MarkClean(place);
            }
            return sum;
        }
        Sum();
        long before = GC.GetAllocatedBytesForCurrentThread();
        long sum = Sum();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(1025)]
    [InlineData(3000)]
    public void New_InvalidLimit_Throws(int max) => Assert.Throws<ArgumentOutOfRangeException>(() => new SessionTable(max));

    /// <summary>A dozen sessions for each of the first sets of the smallest table; a larger table spreads them over several sets.</summary>
    private static readonly ILookup<int, SessionTicket> BySet = Enumerable.Range(0, 20_000)
        .Select(i => new SessionTicket(SessionSamples.Id((ulong)i), 9, 1000, 7))
        .ToLookup(ticket => SetOf(ticket, Smallest));

    private static SessionTicket TicketOf(int set, int number) => BySet[set * Ways].ElementAt(number);

    private static int SetOf(SessionTicket ticket, int places) => SessionTable.SetOf(SessionSamples.CookieBytes(ticket), places);

    /// <summary>Sessions in a dictionary, beside the table, which must agree.</summary>
    private sealed class Model(int max)
    {
        private readonly SessionTable _table = new(max);
        private readonly Dictionary<SessionTicket, (uint SeenAt, uint Unsaved)> _known = [];
        private uint _now;

        public void Step(Act act, SessionTicket ticket)
        {
            byte[] cookie = SessionSamples.CookieBytes(ticket);
            int place = _table.Find(cookie);
            Assert.Equal(_known.ContainsKey(ticket), place >= 0);
            switch (act)
            {
                case Act.See or Act.MarkDirty:
                    place = place < 0 ? Add(ticket, cookie) : place;
                    uint unwritten = _known[ticket].Unsaved + (act == Act.MarkDirty ? 1u : 0);
                    _known[ticket] = (++_now, unwritten);
                    (_table[place].SeenAt, _table[place].Unsaved) = _known[ticket];
                    if (act == Act.MarkDirty)
                    {
                        _table.MarkDirty(place);
                    }
                    break;
                case Act.Flush:
                    Flush();
                    break;
                default:
                    Assert.Equal(-1, _table.Find(SessionSamples.CookieBytes(ticket with { IssuedAt = 1 })));
                    break;
            }
        }

        public void CheckAll()
        {
            foreach ((SessionTicket ticket, (uint, uint) expected) in _known)
            {
                int place = _table.Find(SessionSamples.CookieBytes(ticket));
                Assert.True(place >= 0);
                Assert.Equal(ticket, _table[place].Ticket);
                Assert.Equal(expected, (_table[place].SeenAt, _table[place].Unsaved));
            }
            Assert.Equal(_known.Where(pair => pair.Value.Unsaved != 0).Select(pair => pair.Key).ToHashSet(), Dirty().Select(place => _table[place].Ticket).ToHashSet());
            Flush();
            Assert.Equal(-1, _table.NextDirty(0));
        }

        private int Add(SessionTicket ticket, byte[] cookie)
        {
            int place = _table.Add(cookie, ticket, out SessionEntry evicted);
            SessionTicket[] set = [.. _known.Keys.Where(other => SetOf(other, max) == SetOf(ticket, max))];
            if (set.Length < Ways)
            {
                Assert.Equal(default, evicted.Ticket);
                Assert.Equal(0u, evicted.Unsaved);
            }
            else
            {
                SessionTicket oldest = set.MinBy(other => _known[other].SeenAt);
                Assert.Equal(oldest, evicted.Ticket);
                Assert.Equal(_known[oldest].Unsaved, evicted.Unsaved);
                Assert.Equal(max, _table.Size);
                _known.Remove(oldest);
            }
            Assert.DoesNotContain(place, Dirty());
            Assert.Equal((0u, 0u, 0), (_table[place].SeenAt, _table[place].Unsaved, _table[place].RecordedIn));
            _known[ticket] = default;
            return place;
        }

        private void Flush()
        {
            foreach (int place in Dirty())
            {
                SessionTicket ticket = _table[place].Ticket;
                Assert.Equal(_known[ticket].Unsaved, _table[place].Unsaved);
                _known[ticket] = _known[ticket] with { Unsaved = 0 };
                _table[place].Unsaved = 0;
                _table.MarkClean(place);
            }
        }

        private List<int> Dirty()
        {
            var places = new List<int>();
            for (int place = _table.NextDirty(0); place >= 0; place = _table.NextDirty(place + 1))
            {
                places.Add(place);
            }
            return places;
        }
    }
}
