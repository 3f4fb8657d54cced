using Carousel.Core.Servers;
using Carousel.Tests.Ring;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Servers;

public class SlotSetTests
{
    private static readonly Server[] Servers = RingFixture.ServersOf(300);

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
        Assert.True(slots.Contains(Servers[3]));
    }

    [Fact]
    public void Add_AFewOfManySlots_TakesMemoryForThoseOnly()
    {
        Server far = RingFixture.Server(100_000);
        Assert.InRange(Allocated(() => new SlotSet().Add(far)), 1, 200);
    }

    [Fact]
    public void Clear_AfterManyServers_ReleasesTheirMemory()
    {
        var slots = new SlotSet();
        Array.ForEach(Servers, slots.Add);
        slots.Clear();
        Assert.InRange(Allocated(() => slots.Add(Servers[0])), 1, 200);
        slots.Clear();
        Assert.Equal(0, Allocated(() => slots.Add(Servers[0])));
    }

    private static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
