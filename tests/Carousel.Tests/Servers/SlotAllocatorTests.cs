using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Servers;

public class SlotAllocatorTests
{
    private readonly SlotAllocator _slots = new();

    [Fact]
    public void Take_SlotsWereFreed_GivesTheLowestFirst()
    {
        Assert.Equal([0, 1, 2, 3], [_slots.Take(), _slots.Take(), _slots.Take(), _slots.Take()]);
        _slots.Free(2);
        _slots.Free(0);
        Assert.Equal([0, 2, 4], [_slots.Take(), _slots.Take(), _slots.Take()]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Free_SlotIsFree_Throws(int slot)
    {
        _slots.Take();
        _slots.Free(0);
        Assert.Throws<ArgumentException>(() => _slots.Free(slot));
    }
}
