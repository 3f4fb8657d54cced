using Carousel.Core.Policies;
using Carousel.Core.Servers;
using CsCheck;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Policies;

public class WeightedTests
{
    [Fact]
    public void Pick_WeightsOfNginxExample_MatchNginx()
    {
        Candidates candidates = Among(ServersOf(5, 1, 1));

        string picks = new Weighted(seed: 1).Picks(candidates, 14);

        // The start position in the cycle is random.
        Assert.Contains(picks, Enumerable.Range(0, 7).Select(start => "aabacaaaabacaaaabacaa".Substring(start, 14)));
    }

    [Fact]
    public void Pick_FullCycle_GivesEachExactlyItsWeight() =>
        Gen.Select(Gen.Int[1, 20].Array[1, 70], Gen.ULong).Sample((weights, seed) =>
        {
            Candidates candidates = Among(ServersOf(weights));
            var policy = new Weighted(seed);

            Assert.Equal(weights, policy.Shares(candidates, weights.Sum()));
            Assert.Equal(weights, policy.Shares(candidates, weights.Sum()));
        }, iter: 200);

    [Fact]
    public void Pick_AtAnyMoment_SharesAreNearWeights() =>
        Gen.Select(Gen.Int[1, 20].Array[2, 20], Gen.ULong).Sample((weights, seed) =>
        {
            Candidates candidates = Among(ServersOf(weights));
            var policy = new Weighted(seed);
            double total = weights.Sum();
            int[] picks = new int[weights.Length];
            for (int step = 1; step <= 2 * total; step++)
            {
                picks[policy.Pick(candidates)!.Slot]++;
                for (int i = 0; i < weights.Length; i++)
                {
                    // From any start of the cycle: the deviation of smooth round robin at the start, and here.
                    Assert.InRange(picks[i] - step * weights[i] / total, -weights.Length, weights.Length);
                }
            }
        }, iter: 100);

    [Theory]
    [InlineData(5, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(7, 7, 1)]
    public void Pick_LongestRun_IsMinimalForTheWeights(int heavy, int middle, int light)
    {
        Candidates candidates = Among(ServersOf(heavy, middle, light));

        string picks = new Weighted(seed: 3).Picks(candidates, 4 * (heavy + middle + light));

        // Picks of others between those of the heavy server: the gaps are filled evenly, and one more where a cycle wraps around.
        int atMost = 2 * (int)Math.Ceiling((double)heavy / (middle + light));
        Assert.DoesNotContain(new string('a', atMost + 1), picks);
    }

    [Fact]
    public void Pick_BestIsTried_NextBestIsPicked()
    {
        Server[] servers = ServersOf(1000, 2, 1);
        Candidates candidates = Among(servers);
        var policy = new Weighted(seed: 1);

        string picks = string.Concat(Enumerable.Range(0, 30).Select(_ => policy.Pick(candidates, Input(tried: servers[0]))!.Id));

        Assert.Equal(20, picks.Count(id => id == 'b'));
        Assert.Equal(10, picks.Count(id => id == 'c'));
    }

    [Fact]
    public void Pick_FullServerHasCapacityAgain_NoBurst()
    {
        Server full = Server(0, weight: 1, max: 1);
        Candidates candidates = Among(full, Server(1), Server(2));
        var policy = new Weighted(seed: 1);
        full.Load.TryEnter(0);
        Assert.DoesNotContain("a", policy.Picks(candidates, 1000));
        full.Load.Leave();

        Assert.InRange(policy.Picks(candidates, 9).Count(id => id == 'a'), 3, 4);
    }

    [Fact]
    public void Pick_ServerRemovedAndAdded_OthersStayEven() =>
        Gen.Select(Gen.Int[1, 9].Array[3, 10], Gen.Bool.Array[1, 30], Gen.ULong).Sample((weights, changes, seed) =>
        {
            Server[] servers = ServersOf(weights);
            Candidates all = Among(servers), fewer = Among(servers[1..]);
            var policy = new Weighted(seed);
            foreach (bool isRemoved in changes)
            {
                policy.Picks(isRemoved ? fewer : all, 3);
            }

            int[] shares = policy.Shares(all, 100 * weights.Sum());
            Assert.All(weights.Zip(shares), pair => Assert.InRange(pair.Second - 100 * pair.First, -weights.Sum(), weights.Sum()));
        }, iter: 200);
}
