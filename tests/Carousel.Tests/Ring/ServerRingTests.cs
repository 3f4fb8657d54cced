using Carousel.Core.Ring;
using Carousel.Core.Servers;
using Xunit;
using static Carousel.Tests.Ring.RingFixture;

namespace Carousel.Tests.Ring;

public class ServerRingTests
{
    private readonly Server[] _all = ServersOf(6);

    private Server A => _all[0];

    private Server B => _all[1];

    private Server C => _all[2];

    [Fact]
    public void Next_Empty_IsNull()
    {
        ServerRing ring = RingOf();
        Assert.Equal("--", Steps(ring, 2));
        Assert.Equal(0, ring.Count);
        Assert.Empty(ring.ToArray());
    }

    [Fact]
    public void Next_OneServer_IsAlwaysThatServer() => Assert.Equal("aaa", Steps(RingOf(A), 3));

    [Theory]
    [InlineData(2, "ababa")]
    [InlineData(3, "abcabca")]
    public void Next_SeveralServers_RotatesFromTheFirst(int servers, string expected)
    {
        Assert.Equal(expected, Steps(RingOf(_all[..servers]), expected.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Next_FullRotations_PickEachServerEquallyOften(int servers)
    {
        ServerRing ring = RingOf(ServersOf(servers));
        int[] picks = new int[servers];
        for (int i = 0; i < 5 * servers; i++)
        {
            picks[ring.Next()!.Slot]++;
        }
        Assert.All(picks, count => Assert.Equal(5, count));
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
    public void ToArray_CursorAnywhere_IsAFullRotationAndDoesNotMoveTheCursor()
    {
        ServerRing ring = RingOf(A, B, C);
        Assert.Equal("ab", Steps(ring, 2));
        Assert.Equal("abc", Names(ring.ToArray()));
        Assert.Equal("ca", Steps(ring, 2));
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
    public void AddAfter_AnyPlace_IsInsertedThere(int before, string expected)
    {
        ServerRing ring = RingOf(A, B, C);
        Assert.True(ring.AddAfter(before < 0 ? null : _all[before], _all[3]));
        Assert.Equal(expected, Names(ring.ToArray()));
        Assert.Equal(expected, Steps(ring, 4));
    }

    [Fact]
    public void AddAfter_ServerThatIsOut_FollowsItsPlace()
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
    public void Remove_AnyCursor_RotationContinues(int stepsBefore, int removed, string expected)
    {
        ServerRing ring = RingOf(A, B, C);
        Steps(ring, stepsBefore);
        Assert.True(ring.Remove(_all[removed]));
        Assert.False(ring.Remove(_all[removed]));
        Assert.Equal(2, ring.Count);
        Assert.Equal(expected, Steps(ring, 4));
    }

    [Fact]
    public void Remove_LastServer_EmptyRingCanBeRefilled()
    {
        ServerRing ring = RingOf(A);
        Steps(ring, 1);
        Assert.True(ring.Remove(A));
        Assert.Equal("--", Steps(ring, 2));
        Assert.True(ring.Add(B));
        Assert.Equal("bb", Steps(ring, 2));
        Assert.True(ring.Restore(A));
        AssertCircle(ring.Origin, [A, B]);
        Assert.Equal("abab", Steps(ring, 4));
    }

    [Fact]
    public void Remove_SeveralUnderTheCursor_ContinuesAfterThem()
    {
        ServerRing ring = RingOf(_all);
        Assert.Equal("ab", Steps(ring, 2));
        ring.Remove(B);
        ring.Remove(C);
        ring.Remove(_all[3]);
        Assert.Equal("efae", Steps(ring, 4));
    }

    [Fact]
    public void Forget_InOrOut_FreesPlaceAndSlot()
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
    public void Forget_UnderTheCursor_RotationContinues()
    {
        ServerRing ring = RingOf(A, B, C);
        Assert.Equal("ab", Steps(ring, 2));
        ring.Forget(B);
        ring.AddAfter(A, _all[3]);
        Assert.Equal("dcad", Steps(ring, 4));
    }
}
