using Carousel.Core.Sessions;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class VisitorTableTests
{
    private const int Ways = 4;
    private const int Smallest = 1024;

    private enum Act
    {
        See,
        Owe,
        Tell,
        LookForAnother,
    }

    /// <summary>What is done with which visitor: few sets, so that they fill up.</summary>
    private static readonly Gen<(Act Act, int Set, int Number)[]> Plays = Gen.Select(
        Gen.Frequency((6, Gen.Const(Act.See)), (3, Gen.Const(Act.Owe)), (1, Gen.Const(Act.Tell)), (1, Gen.Const(Act.LookForAnother))),
        Gen.Int[0, 2],
        Gen.Int[0, 11]).Array[1, 150];

    [Theory]
    [InlineData(Smallest)]
    [InlineData(2 * Smallest)]
    [InlineData(8 * Smallest)]
    public void AnyPlay_ComparedWithAPlainList_KnowsTheSame(int max) => Plays.Sample(
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
        var table = new VisitorTable();
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
    public void Add_ManyVisitors_GrowsToItsBoundAndNoFurther()
    {
        const int max = 4 * Smallest;
        var table = new VisitorTable(max);
        Assert.Equal(Smallest, table.Size);
        var random = new Random(1);
        int evicted = 0;
        for (int i = 0; i < 5 * max; i++)
        {
            var id = new SessionId((ulong)random.NextInt64(), (ulong)random.NextInt64());
            var ticket = new SessionTicket(id, 1, 1, 7);
            byte[] cookie = SessionSamples.CookieBytes(ticket);
            int place = table.Add(cookie, ticket, out Visitor old);
            table[place].SeenAt = (uint)i;
            table[place].Owed = 1;
            evicted += old.Owed == 0 ? 0 : 1;
            Assert.Equal(place, table.Find(cookie));
            Assert.True(table.Size <= max);
        }
        Assert.Equal(max, table.Size);
        Assert.InRange(evicted, 4 * max, 5 * max);
    }

    [Fact]
    public void FindAddOweTell_AtItsBound_AllocateNothing()
    {
        var table = new VisitorTable(Smallest);
        SessionTicket[] tickets = [.. Enumerable.Range(0, 3 * Smallest).Select(i => new SessionTicket(SessionSamples.Id((ulong)i), 9, 1000, 7))];
        byte[][] cookies = [.. tickets.Select(SessionSamples.CookieBytes)];
        long Sum()
        {
            long sum = 0;
            for (int i = 0; i < cookies.Length; i++)
            {
                int place = table.Find(cookies[i]);
                place = place < 0 ? table.Add(cookies[i], tickets[i], out _) : place;
                table.Owe(place);
                sum += table.NextOwing(0);
                table.Settle(place);
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
    public void New_BoundOfNoUse_Throws(int max) => Assert.Throws<ArgumentOutOfRangeException>(() => new VisitorTable(max));

    /// <summary>A dozen visitors for each of the first sets of the smallest table: a larger one spreads them over several.</summary>
    private static readonly ILookup<int, SessionTicket> BySet = Enumerable.Range(0, 20_000)
        .Select(i => new SessionTicket(SessionSamples.Id((ulong)i), 9, 1000, 7))
        .ToLookup(ticket => SetOf(ticket, Smallest));

    private static SessionTicket TicketOf(int set, int number) => BySet[set * Ways].ElementAt(number);

    private static int SetOf(SessionTicket ticket, int places) => VisitorTable.SetOf(SessionSamples.CookieBytes(ticket), places);

    /// <summary>Visitors in a plain dictionary, beside the table that must know the same.</summary>
    private sealed class Model(int max)
    {
        private readonly VisitorTable _table = new(max);
        private readonly Dictionary<SessionTicket, (uint SeenAt, uint Owed)> _known = [];
        private uint _now;

        public void Step(Act act, SessionTicket ticket)
        {
            byte[] cookie = SessionSamples.CookieBytes(ticket);
            int place = _table.Find(cookie);
            Assert.Equal(_known.ContainsKey(ticket), place >= 0);
            switch (act)
            {
                case Act.See or Act.Owe:
                    place = place < 0 ? Add(ticket, cookie) : place;
                    uint owed = _known[ticket].Owed + (act == Act.Owe ? 1u : 0);
                    _known[ticket] = (++_now, owed);
                    (_table[place].SeenAt, _table[place].Owed) = _known[ticket];
                    if (act == Act.Owe)
                    {
                        _table.Owe(place);
                    }
                    break;
                case Act.Tell:
                    TellAll();
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
                Assert.Equal(expected, (_table[place].SeenAt, _table[place].Owed));
            }
            Assert.Equal(_known.Where(pair => pair.Value.Owed != 0).Select(pair => pair.Key).ToHashSet(), Owing().Select(place => _table[place].Ticket).ToHashSet());
            TellAll();
            Assert.Equal(-1, _table.NextOwing(0));
        }

        private int Add(SessionTicket ticket, byte[] cookie)
        {
            int place = _table.Add(cookie, ticket, out Visitor evicted);
            SessionTicket[] set = [.. _known.Keys.Where(other => SetOf(other, max) == SetOf(ticket, max))];
            if (set.Length < Ways)
            {
                Assert.Equal(default, evicted.Ticket);
                Assert.Equal(0u, evicted.Owed);
            }
            else
            {
                SessionTicket oldest = set.MinBy(other => _known[other].SeenAt);
                Assert.Equal(oldest, evicted.Ticket);
                Assert.Equal(_known[oldest].Owed, evicted.Owed);
                Assert.Equal(max, _table.Size);
                _known.Remove(oldest);
            }
            Assert.DoesNotContain(place, Owing());
            Assert.Equal((0u, 0u, 0), (_table[place].SeenAt, _table[place].Owed, _table[place].RecordedIn));
            _known[ticket] = default;
            return place;
        }

        private void TellAll()
        {
            foreach (int place in Owing())
            {
                SessionTicket ticket = _table[place].Ticket;
                Assert.Equal(_known[ticket].Owed, _table[place].Owed);
                _known[ticket] = _known[ticket] with { Owed = 0 };
                _table[place].Owed = 0;
                _table.Settle(place);
            }
        }

        private List<int> Owing()
        {
            var places = new List<int>();
            for (int place = _table.NextOwing(0); place >= 0; place = _table.NextOwing(place + 1))
            {
                places.Add(place);
            }
            return places;
        }
    }
}
