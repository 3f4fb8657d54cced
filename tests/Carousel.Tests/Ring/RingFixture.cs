using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Ring;
using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Ring;

/// <summary>Servers for rings, and the invariants of a ring at rest.</summary>
internal static class RingFixture
{
    /// <summary>Servers with the slots 0, 1, ..., called a, b, ...</summary>
    public static Server[] ServersOf(int count) => [.. Enumerable.Range(0, count).Select(Server)];

    public static Server Server(int slot)
    {
        string name = slot < 26 ? ((char)('a' + slot)).ToString() : $"s{slot}";
        return new Server(name, slot, new ServerEntry { Address = new ServerAddress("localhost", 8000 + slot), Name = name });
    }

    public static ServerRing RingOf(params Server[] servers)
    {
        var ring = new ServerRing();
        foreach (Server server in servers)
        {
            Assert.True(ring.Add(server));
        }
        return ring;
    }

    /// <summary>The next server, without the tried ones.</summary>
    public static Server? NextUntried(this ServerRing ring, SlotSet tried) => ring.NextWhere(new PickInput(tried, 0));

    /// <summary>The names of the servers of the next rotation steps; - for none.</summary>
    public static string Steps(ServerRing ring, int count)
    {
        return string.Concat(Enumerable.Range(0, count).Select(_ => ring.Next()?.Id ?? "-"));
    }

    public static string Names(IEnumerable<Server> servers) => string.Concat(servers.Select(server => server.Id));

    /// <summary>The links form a circle in both directions: one node in the ring for each server.</summary>
    public static void AssertCircle(RingNode origin, IReadOnlyList<Server> expected)
    {
        RingNode node = origin;
        foreach (Server server in expected)
        {
            Assert.Same(node, node.Next.Prev);
            node = node.Next;
            Assert.Same(server, node.Server);
            Assert.True(node.InRing);
        }
        Assert.Same(origin, node.Next);
        Assert.Same(node, origin.Prev);
    }
}
