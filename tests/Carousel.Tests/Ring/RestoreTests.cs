using Carousel.Core.Ring;
using Carousel.Core.Servers;
using Xunit;
using static Carousel.Tests.Ring.RingFixture;

namespace Carousel.Tests.Ring;

public class RestoreTests
{
    private static readonly int[][] Orders = [.. Permutations([0, 1, 2, 3])];

    [Fact]
    public void Restore_AnyOrderOfRemovalsAndRestores_KeepsPlaces()
    {
        Server[] all = ServersOf(4);
        foreach (int[] removals in Orders)
        {
            foreach (int[] coming in Orders)
            {
                ServerRing ring = RingOf(all);
                Assert.All(removals, i => Assert.True(ring.Remove(all[i])));
                var back = new SortedSet<int>();
                foreach (int i in coming)
                {
                    Assert.True(ring.Restore(all[i]));
                    back.Add(i);
                    AssertCircle(ring.Origin, [.. back.Select(slot => all[slot])]);
                }
            }
        }
    }

    [Fact]
    public void Restore_InOrUnknown_IsFalse()
    {
        Server[] all = ServersOf(2);
        ServerRing ring = RingOf(all[0]);
        Assert.False(ring.Restore(all[0]));
        Assert.False(ring.Restore(all[1]));
        Assert.Equal(1, ring.Count);
    }

    [Fact]
    public void Restore_ServerUnderTheCursor_IsNotPickedTwiceInARow()
    {
        Server[] all = ServersOf(3);
        ServerRing ring = RingOf(all);
        Assert.Equal("ab", Steps(ring, 2));
        ring.Remove(all[1]);
        ring.Restore(all[1]);
        Assert.Equal("cab", Steps(ring, 3));
    }

    [Fact]
    public void Restore_AfterRemovedNodeUnderTheCursor_IsNotSkipped()
    {
        Server[] all = ServersOf(4);
        ServerRing ring = RingOf(all);
        ring.Remove(all[2]);
        Assert.Equal("ab", Steps(ring, 2));
        ring.Remove(all[1]);
        ring.Restore(all[2]);
        Assert.Equal("cda", Steps(ring, 3));
    }

    [Fact]
    public void Node_Removed_LeadsBackIntoTheRing()
    {
        Server[] all = ServersOf(4);
        ServerRing ring = RingOf(all);
        RingNode reader = ring.Origin.Next.Next;
        ring.Remove(all[1]);
        ring.Remove(all[2]);
        ring.Restore(all[1]);
        Assert.False(reader.InRing);
        Assert.False(reader.Next.InRing);
        Assert.Same(all[3], reader.Next.Next.Server);
        Assert.True(reader.Next.Next.InRing);
    }

    [Fact]
    public void Node_OfEmptiedRing_LeadsToTheOrigin()
    {
        Server[] all = ServersOf(2);
        ServerRing ring = RingOf(all[0]);
        RingNode reader = ring.Origin.Next;
        ring.Remove(all[0]);
        ring.Add(all[1]);
        Assert.Same(ring.Origin, reader.Next);
        Assert.Same(all[1], ring.Origin.Next.Server);
    }

    [Fact]
    public void Restore_RepeatedlyUnderAnIdleCursor_KeepsNoOldNodesAlive()
    {
        Server[] all = ServersOf(2);
        ServerRing ring = RingOf(all);
        Steps(ring, 2);
        WeakReference[] nodes = [.. Enumerable.Range(0, 50).SelectMany(_ => Flap(ring, all))];
        GC.Collect();
        // Nodes in the ring, and nodes on the way from the cursor into it: at most one per place.
        Assert.InRange(nodes.Count(node => node.IsAlive), 2, 4);
        GC.KeepAlive(ring);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference[] Flap(ServerRing ring, Server[] all)
    {
        ring.Remove(all[1]);
        ring.Restore(all[1]);
        ring.Remove(all[0]);
        ring.Restore(all[0]);
        return [new(ring.Origin.Next), new(ring.Origin.Next.Next)];
    }

    private static IEnumerable<int[]> Permutations(int[] items)
    {
        return items.Length <= 1
            ? [items]
            : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
    }
}
