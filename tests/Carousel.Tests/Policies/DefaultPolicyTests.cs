using Carousel.Core.Policies;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Policies;

public class DefaultPolicyTests
{
    [Fact]
    public void Pick_EqualWeights_WorkersShareOneRing()
    {
        Candidates candidates = Among(ServersOf(3, 3, 3));
        Policy one = new DefaultPolicy(seed: 1), other = new DefaultPolicy(seed: 2);

        Assert.Equal("abcabc", string.Concat(Enumerable.Range(0, 3).Select(_ => one.Picks(candidates, 1) + other.Picks(candidates, 1))));
    }

    [Fact]
    public void Pick_WeightChanges_AppliesAtOnce()
    {
        var policy = new DefaultPolicy(seed: 1);

        Assert.Equal([4, 4, 4], policy.Shares(Among(ServersOf(1, 1, 1)), 12));
        Assert.Equal([3, 6, 3], policy.Shares(Among(ServersOf(1, 2, 1)), 12));
        Assert.Equal([4, 4, 4], policy.Shares(Among(ServersOf(2, 2, 2)), 12));
    }
}
