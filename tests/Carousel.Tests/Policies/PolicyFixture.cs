using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Ring;
using Carousel.Core.Servers;

namespace Carousel.Tests.Policies;

/// <summary>Candidates for policies, and helpers that pick among them.</summary>
internal static class PolicyFixture
{
    private static readonly SlotSet None = new();

    /// <summary>A server for each weight, with the slots 0, 1, ..., called a, b, ...</summary>
    public static Server[] ServersOf(params int[] weights) => [.. weights.Select((weight, slot) => Server(slot, weight))];

    public static Server Server(int slot, int weight = 1, int? max = null)
    {
        string name = slot < 26 ? ((char)('a' + slot)).ToString() : $"s{slot}";
        var address = new ServerAddress("10.0.0.1", 8000 + slot);
        return new Server(name, slot, new ServerEntry { Address = address, Name = name, Weight = weight, MaxRequests = max });
    }

    /// <summary>Servers of weight 1.</summary>
    public static Server[] Alike(int count) => ServersOf([.. Enumerable.Repeat(1, count)]);

    public static Candidates Among(params Server[] servers)
    {
        var ring = new ServerRing();
        Array.ForEach(servers, server => ring.Add(server));
        return new Candidates(ring, [.. servers]);
    }

    public static PickInput Input(ulong key = 0, long nowMs = 0, params Server[] tried)
    {
        SlotSet slots = tried.Length == 0 ? None : new SlotSet();
        Array.ForEach(tried, server => slots.Add(server));
        return new PickInput(slots, nowMs, key);
    }

    /// <summary>Picks once, without changing the counts of requests.</summary>
    public static Server? Pick(this Policy policy, Candidates candidates) => policy.Pick(candidates, Input());

    /// <summary>The ids of the picked servers.</summary>
    public static string Picks(this Policy policy, Candidates candidates, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => policy.Pick(candidates)?.Id ?? "-"));

    /// <summary>How often each of the candidates is picked, in their order.</summary>
    public static int[] Shares(this Policy policy, Candidates candidates, int picks)
    {
        var counts = candidates.Servers.ToDictionary(server => server, _ => 0);
        for (int i = 0; i < picks; i++)
        {
            counts[policy.Pick(candidates)!]++;
        }
        return [.. candidates.Servers.Select(server => counts[server])];
    }
}
