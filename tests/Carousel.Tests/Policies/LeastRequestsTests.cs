using Carousel.Core.Policies;
using Carousel.Core.Servers;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Policies;

public class LeastRequestsTests
{
    [Fact]
    public void Pick_OneHasFewest_IsPicked()
    {
        Server[] servers = Alike(3);
        Enter(servers[0], 2);
        Enter(servers[2], 1);

        Assert.Equal("bbb", new LeastRequests().Picks(Among(servers), 3));
    }

    [Fact]
    public void Pick_WeightsDiffer_FewestForItsWeightIsPicked()
    {
        Server[] servers = ServersOf(1, 3);
        var policy = new LeastRequests();
        Candidates candidates = Among(servers);

        for (int i = 0; i < 40; i++)
        {
            Assert.True(policy.Pick(candidates)!.Load.TryEnter(0));
        }

        Assert.Equal([10, 30], servers.Select(server => server.Load.InFlight));
    }

    [Fact]
    public void Pick_AllEqual_Rotates() => Assert.Equal("abcabcabc", new LeastRequests().Picks(Among(Alike(3)), 9));

    [Fact]
    public void Pick_OneIsBusy_OthersGetEqualShares()
    {
        Server[] servers = Alike(3);
        Enter(servers[0], 1);

        Assert.Equal("bcbcbc", new LeastRequests().Picks(Among(servers), 6));
    }

    [Fact]
    public void Pick_LargePool_EveryServerIsPicked() =>
        Assert.Equal([.. Enumerable.Repeat(2, 1000)], new LeastRequests().Shares(Among(Alike(1000)), 2000));

    [Fact]
    public void Pick_OneEligibleOfMany_IsFound()
    {
        Server[] servers = [.. Enumerable.Range(0, 500).Select(slot => Server(slot, max: 1))];
        Array.ForEach(servers, server => Enter(server, 1));
        servers[321].Load.Leave();

        Assert.Same(servers[321], new LeastRequests().Pick(Among(servers)));
    }

    private static void Enter(Server server, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.True(server.Load.TryEnter(0));
        }
    }
}
