using Carousel.Core.Policies;
using Carousel.Core.Servers;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Policies;

public class ConsistentHashTests
{
    private const int Keys = 20_000;

    [Fact]
    public void Pick_SameKey_SameServerInAnyFileOrder()
    {
        Server[] servers = ServersOf(1, 2, 3, 1, 1);

        Assert.Equal(Homes(Among(servers)), Homes(Among([.. servers.Reverse()])));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(200)]
    public void Pick_ServerRemoved_OnlyItsKeysMove(int count)
    {
        Server[] servers = Alike(count);
        Server removed = servers[count / 3];

        Server[] before = Homes(Among(servers));
        Server[] after = Homes(Among([.. servers.Where(server => server != removed)]));

        Assert.All(before.Zip(after), home => Assert.True(home.First == home.Second || home.First == removed));
        Assert.InRange(before.Count(home => home == removed), 0.5 * Keys / count, 1.6 * Keys / count);
        // The keys spread over all other servers, not only one neighbour.
        int receivers = before.Zip(after).Where(home => home.First == removed).Select(home => home.Second).Distinct().Count();
        Assert.InRange(receivers, Math.Min(count - 1, Keys / count / 10), count - 1);
    }

    [Fact]
    public void Pick_HeaviestRemoved_OnlyItsKeysMove()
    {
        Server[] servers = ServersOf(1, 1, 1, 2, 10);

        Server[] before = Homes(Among(servers));
        Server[] after = Homes(Among(servers[..4]));

        Assert.All(before.Zip(after), home => Assert.True(home.First == home.Second || home.First == servers[4]));
    }

    [Fact]
    public void Pick_OtherCandidates_MatchesANewPolicy()
    {
        Server[] servers = Alike(8);
        Candidates all = Among(servers), fewer = Among(servers[3..]);
        var policy = new ConsistentHash();

        Server[] first = Homes(all, policy);
        Assert.Equal(Homes(fewer), Homes(fewer, policy));
        Assert.Equal(first, Homes(all, policy));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(1, 10, 100)]
    [InlineData(1000, 1000, 1000, 2000, 5000)]
    public void Pick_ManyKeys_EachServerHasAboutItsShare(params int[] weights)
    {
        Server[] servers = ServersOf(weights);
        Server[] homes = Homes(Among(servers));

        foreach (Server server in servers)
        {
            double share = (double)server.Entry.Weight / weights.Sum();
            Assert.InRange(homes.Count(home => home == server), 0.7 * share * Keys, 1.4 * share * Keys);
        }
    }

    [Fact]
    public void Pick_FewKeysAndHighLoad_NoServerFarExceedsItsShare()
    {
        Server[] servers = ServersOf(1, 1, 2, 4);
        Candidates candidates = Among(servers);
        var policy = new ConsistentHash();
        var random = new SplitMix(3);
        var leases = new Queue<Server>();
        for (int now = 0; now < 20_000; now++)
        {
            // Half of all requests have the same key.
            Server server = policy.Pick(candidates, Input(key: random.Below(2) == 0 ? 1 : random.Next(), nowMs: now))!;
            Assert.True(server.Load.TryEnter(now));
            server.Load.OnResponse(1, now);
            leases.Enqueue(server);
            double bound = 1.25 * leases.Count * server.Entry.Weight / 8;
            Assert.InRange(server.Load.InFlight, 1, Math.Max(8, Math.Ceiling(bound)));
            if (leases.Count == 400)
            {
                leases.Dequeue().Load.Leave();
            }
        }
    }

    [Fact]
    public void Pick_HomeOverItsBound_ItsKeysSpread()
    {
        Server[] servers = Alike(10);
        Candidates candidates = Among(servers);
        Server[] homes = Homes(candidates);
        for (int i = 0; i < 500; i++)
        {
            servers[0].Load.TryEnter(0);
        }

        Server[] now = Homes(candidates);

        Assert.DoesNotContain(servers[0], now);
        Assert.Equal(9, homes.Zip(now).Where(home => home.First == servers[0]).Select(home => home.Second).Distinct().Count());
        Assert.All(homes.Zip(now).Where(home => home.First != servers[0]), home => Assert.Same(home.First, home.Second));
    }

    [Fact]
    public void Pick_OneClientAndIdleServers_RequestsStayOnOneServer()
    {
        Candidates candidates = Among(Alike(10));
        var policy = new ConsistentHash();
        Server home = policy.Pick(candidates, Input(key: 17))!;

        for (int i = 0; i < 6; i++)
        {
            Assert.Same(home, policy.Pick(candidates, Input(key: 17, nowMs: i)));
            home.Load.TryEnter(0);
        }
    }

    [Fact]
    public void Pick_HomeTried_SameKeyHasTheSameSecondServer()
    {
        Candidates candidates = Among(Alike(10));
        Server home = new ConsistentHash().Pick(candidates, Input(key: 17))!;

        Server second = new ConsistentHash().Pick(candidates, Input(17, 0, home))!;

        Assert.NotSame(home, second);
        Assert.Same(second, new ConsistentHash().Pick(candidates, Input(17, 0, home)));
    }

    private static Server[] Homes(Candidates candidates, ConsistentHash? policy = null)
    {
        policy ??= new ConsistentHash();
        return [.. Enumerable.Range(0, Keys).Select(key => policy.Pick(candidates, Input(key: (ulong)key, nowMs: key))!)];
    }
}
