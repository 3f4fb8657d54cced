using Carousel.Core.Ring;
using Carousel.Core.Servers;
using Xunit;
using static Carousel.Tests.Ring.RingFixture;

namespace Carousel.Tests.Ring;

public class NextUntriedTests
{
    private readonly Server[] _all = ServersOf(4);

    [Fact]
    public void NextUntried_NothingTried_IsTheNextServer()
    {
        ServerRing ring = RingOf(_all);
        Assert.Equal("a", ring.Next()!.Id);
        Assert.Equal("b", ring.NextUntried(new SlotSet())!.Id);
        Assert.Equal("c", ring.Next()!.Id);
    }

    [Theory]
    [InlineData(0, "bcd", "a")]
    [InlineData(1, "bcd", "a")]
    [InlineData(3, "ad", "b")]
    [InlineData(2, "c", "d")]
    [InlineData(4, "abd", "c")]
    public void NextUntried_SomeTried_IsTheNextUntriedServer(int stepsBefore, string tried, string expected)
    {
        ServerRing ring = RingOf(_all);
        Steps(ring, stepsBefore);
        Assert.Equal(expected, ring.NextUntried(Tried(tried))!.Id);
    }

    [Fact]
    public void NextUntried_AllTried_IsNull() => Assert.Null(RingOf(_all).NextUntried(Tried("abcd")));

    [Fact]
    public void NextUntried_Empty_IsNull() => Assert.Null(RingOf().NextUntried(new SlotSet()));

    [Fact]
    public void NextUntried_OnlyUntriedServerIsOut_IsNull()
    {
        ServerRing ring = RingOf(_all);
        ring.Remove(_all[2]);
        Assert.Null(ring.NextUntried(Tried("abd")));
    }

    [Fact]
    public void NextUntried_OneServerFails_ItsRequestsSpreadOverTheOthers()
    {
        ServerRing ring = RingOf(_all);
        int[] served = new int[4];
        SlotSet tried = Tried("b");
        for (int request = 0; request < 300; request++)
        {
            Server picked = ring.Next()!;
            served[(picked.Id == "b" ? ring.NextUntried(tried)! : picked).Slot]++;
        }
        Assert.Equal([100, 0, 100, 100], served);
    }

    private SlotSet Tried(string names)
    {
        var tried = new SlotSet();
        foreach (char name in names)
        {
            tried.Add(_all[name - 'a']);
        }
        return tried;
    }
}
