using Carousel.Core.Policies;
using Carousel.Core.Servers;
using CsCheck;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Policies;

public class RandomChoiceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, 2, 4)]
    [InlineData(1000, 1, 500, 250)]
    public void Pick_OfManyPicks_EachHasAboutItsShare(params int[] weights)
    {
        const int picks = 200_000;
        int[] shares = new RandomChoice(seed: 7).Shares(Among(ServersOf(weights)), picks);

        AssertShares(weights, shares, picks);
    }

    [Fact]
    public void Pick_AnyWeights_EachHasAboutItsShare() => Gen.Select(Gen.Int[1, 1000].Array[1, 30], Gen.ULong).Sample(
        (weights, seed) => AssertShares(weights, new RandomChoice(seed).Shares(Among(ServersOf(weights)), 20_000), 20_000), iter: 50);

    [Fact]
    public void Pick_HeaviestTried_OthersFollowTheirWeights()
    {
        Server[] servers = ServersOf(1000, 1000, 1, 3);
        Candidates candidates = Among(servers);
        var policy = new RandomChoice(seed: 7);
        int[] shares = new int[4];

        for (int i = 0; i < 40_000; i++)
        {
            shares[policy.Pick(candidates, Input(tried: servers[..2]))!.Slot]++;
        }

        AssertShares([1, 3], shares[2..], 40_000);
    }

    [Fact]
    public void Pick_SameSeed_SamePicks()
    {
        Candidates candidates = Among(Alike(10));

        Assert.Equal(new RandomChoice(seed: 3).Picks(candidates, 50), new RandomChoice(seed: 3).Picks(candidates, 50));
        Assert.NotEqual(new RandomChoice(seed: 3).Picks(candidates, 50), new RandomChoice(seed: 4).Picks(candidates, 50));
    }

    /// <summary>Within six standard deviations of the weights.</summary>
    private static void AssertShares(int[] weights, int[] shares, int picks)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            double share = (double)weights[i] / weights.Sum();
            double deviation = Math.Sqrt(picks * share * (1 - share));
            Assert.InRange(shares[i], picks * share - 6 * deviation - 1, picks * share + 6 * deviation + 1);
        }
    }
}
