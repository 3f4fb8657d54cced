using Carousel.Core.Pool;
using Carousel.Tests.Ring;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Pool;

public class SlotSetTests
{
    private static readonly Server[] Servers = RingFixture.Servers(300);

    [Fact]
    public void Contains_AnyAddAndClear_AgreesWithAHashSet()
    {
        Gen.Select(Gen.Int[0, 200].Array[0, 20], Gen.Int[0, 200].Array[0, 20]).Sample((first, second) =>
        {
            var slots = new SlotSet();
            foreach (int[] round in (int[][])[first, second])
            {
                Array.ForEach(round, slot => slots.Add(Servers[slot]));
                var expected = new HashSet<int>(round);
                Assert.Equal(expected.Count, slots.Count);
                Assert.All(Servers, server => Assert.Equal(expected.Contains(server.Slot), slots.Contains(server)));
                slots.Clear();
                Assert.Equal(0, slots.Count);
            }
        });
    }

    [Fact]
    public void Contains_AnotherServerInTheSlot_IsFalse()
    {
        var slots = new SlotSet();
        slots.Add(Servers[3]);
        Server successor = RingFixture.Server(3);
        Assert.False(slots.Contains(successor));
        slots.Add(successor);
        Assert.True(slots.Contains(successor));
        Assert.Equal(1, slots.Count);
    }
}
