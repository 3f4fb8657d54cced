using Carousel.Core.Pool;
using Carousel.Core.Ring;
using Xunit;
using static Carousel.Tests.Ring.RingFixture;

namespace Carousel.Tests.Ring;

public class ServerRingTests
{
    private readonly Server[] _all = Servers(6);

    private Server A => _all[0];

    private Server B => _all[1];

    private Server C => _all[2];

    [Fact]
    public void Next_Empty_IsNull()
    {
        ServerRing ring = RingOf();
        Assert.Equal("--", Turns(ring, 2));
        Assert.Equal(0, ring.Count);
        Assert.Empty(ring.ToArray());
    }

    [Fact]
    public void Next_OneServer_IsThatServerEachTime() => Assert.Equal("aaa", Turns(RingOf(A), 3));

    [Theory]
    [InlineData(2, "ababa")]
    [InlineData(3, "abcabca")]
    public void Next_SeveralServers_StartsWithTheFirstAndGoesRound(int servers, string expected)
    {
        Assert.Equal(expected, Turns(RingOf(_all[..servers]), expected.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Next_FullRotations_GiveEachServerTheSame(int servers)
    {
        ServerRing ring = RingOf(Servers(servers));
        int[] turns = new int[servers];
        for (int i = 0; i < 5 * servers; i++)
        {
            turns[ring.Next()!.Slot]++;
        }
        Assert.All(turns, count => Assert.Equal(5, count));
    }

    [Fact]
    public void Next_ServersUnchanged_AllocatesNothing()
    {
        ServerRing ring = RingOf(A, B, C);
        var tried = new SlotSet();
        tried.Add(A);
        ring.Next();
        ring.NextUntried(tried);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            ring.Next();
            ring.NextUntried(tried);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void ToArray_CursorAnywhere_IsAFullRotationFromItsStartAndTurnsNothing()
    {
        ServerRing ring = RingOf(A, B, C);
        Assert.Equal("ab", Turns(ring, 2));
        Assert.Equal("abc", Names(ring.ToArray()));
        Assert.Equal("ca", Turns(ring, 2));
    }

    [Fact]
    public void Add_Known_IsFalseAndChangesNothing()
    {
        ServerRing ring = RingOf(A, B);
        Assert.False(ring.Add(A));
        Assert.False(ring.AddAfter(B, A));
        ring.Remove(B);
        Assert.False(ring.Add(B));
        AssertCircle(ring.Origin, [A]);
        Assert.Equal(1, ring.Count);
    }

    [Fact]
    public void Add_SlotOfAnother_Throws()
    {
        ServerRing ring = RingOf(A, B);
        Assert.Throws<ArgumentException>(() => ring.Add(Server(B.Slot)));
        Assert.False(ring.Remove(Server(B.Slot)));
        Assert.False(ring.Forget(Server(B.Slot)));
        AssertCircle(ring.Origin, [A, B]);
    }

    [Theory]
    [InlineData(-1, "dabc")]
    [InlineData(0, "adbc")]
    [InlineData(1, "abdc")]
    [InlineData(2, "abcd")]
    public void AddAfter_AnyPlace_StandsThere(int before, string expected)
    {
        ServerRing ring = RingOf(A, B, C);
        Assert.True(ring.AddAfter(before < 0 ? null : _all[before], _all[3]));
        Assert.Equal(expected, Names(ring.ToArray()));
        Assert.Equal(expected, Turns(ring, 4));
    }

    [Fact]
    public void AddAfter_ServerThatIsOut_StandsWhereThatOneWillBehind()
    {
        ServerRing ring = RingOf(A, B, C);
        ring.Remove(B);
        ring.AddAfter(B, _all[3]);
        ring.Restore(B);
        AssertCircle(ring.Origin, [A, B, _all[3], C]);
    }

    [Fact]
    public void AddAfter_UnknownServer_Throws()
    {
        ServerRing ring = RingOf(A);
        Assert.Throws<ArgumentException>(() => ring.AddAfter(B, C));
        Assert.Equal(1, ring.Count);
    }

    [Theory]
    [InlineData(0, 0, "bcbc")]
    [InlineData(1, 0, "bcbc")]
    [InlineData(1, 1, "caca")]
    [InlineData(2, 1, "caca")]
    [InlineData(3, 2, "abab")]
    [InlineData(3, 0, "bcbc")]
    public void Remove_AnyCursor_TheRestGoesOn(int ticksBefore, int removed, string expected)
    {
        ServerRing ring = RingOf(A, B, C);
        Turns(ring, ticksBefore);
        Assert.True(ring.Remove(_all[removed]));
        Assert.False(ring.Remove(_all[removed]));
        Assert.Equal(2, ring.Count);
        Assert.Equal(expected, Turns(ring, 4));
    }

    [Fact]
    public void Remove_TheLastOne_LeavesAnEmptyRingThatFillsAgain()
    {
        ServerRing ring = RingOf(A);
        Turns(ring, 1);
        Assert.True(ring.Remove(A));
        Assert.Equal("--", Turns(ring, 2));
        Assert.True(ring.Add(B));
        Assert.Equal("bb", Turns(ring, 2));
        Assert.True(ring.Restore(A));
        AssertCircle(ring.Origin, [A, B]);
        Assert.Equal("abab", Turns(ring, 4));
    }

    [Fact]
    public void Remove_UnderTheCursorOneAfterTheOther_GoesOnBehindAllOfThem()
    {
        ServerRing ring = RingOf(_all);
        Assert.Equal("ab", Turns(ring, 2));
        ring.Remove(B);
        ring.Remove(C);
        ring.Remove(_all[3]);
        Assert.Equal("efae", Turns(ring, 4));
    }

    [Fact]
    public void Forget_InOrOut_GivesUpPlaceAndSlot()
    {
        ServerRing ring = RingOf(A, B, C);
        ring.Remove(A);
        Assert.True(ring.Forget(A));
        Assert.True(ring.Forget(B));
        Assert.False(ring.Forget(B));
        Assert.False(ring.Restore(A));
        Assert.False(ring.Restore(B));
        Server other = Server(A.Slot);
        Assert.True(ring.Add(other));
        AssertCircle(ring.Origin, [C, other]);
    }

    [Fact]
    public void Forget_UnderTheCursor_TheRestGoesOn()
    {
        ServerRing ring = RingOf(A, B, C);
        Assert.Equal("ab", Turns(ring, 2));
        ring.Forget(B);
        ring.AddAfter(A, _all[3]);
        Assert.Equal("dcad", Turns(ring, 4));
    }
}
