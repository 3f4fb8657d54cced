using Carousel.Core.Policies;
using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Policies;

public class DynamicTests
{
    private const int Picks = 20_000;

    [Fact]
    public void Pick_SameLatency_SharesFollowWeights()
    {
        int[] shares = Shares([1_000, 1_000, 1_000], 1, 2, 4);
        AssertNear(1 / 7.0, shares[0]);
        AssertNear(2 / 7.0, shares[1]);
        AssertNear(4 / 7.0, shares[2]);
    }

    [Fact]
    public void Pick_TwiceTheLatency_GetsAQuarter()
    {
        int[] shares = Shares([2_000, 1_000], 1, 1);
        AssertNear(1 / 5.0, shares[0]);
    }

    [Fact]
    public void Pick_ThousandTimesSlower_IsPickedOccasionally()
    {
        int[] shares = Shares([1_000_000, 1_000, 1_000], 1, 1, 1);
        Assert.InRange(shares[0], 5, Picks / 100);
    }

    [Fact]
    public void Pick_RecoveredServer_GetsItsShareAgain()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1, 1);
        Respond(servers, 100_000, 1_000, 1_000);
        var policy = new Dynamic(1);
        Candidates candidates = PolicyFixture.Among(servers);
        policy.Shares(candidates, Picks);
        long nowMs = 1_000;
        for (int i = 0; i < 3 * Picks; i++)
        {
            policy.Pick(candidates)!.Load.OnResponse(1_000, nowMs += 2);
        }
        AssertNear(1 / 3.0, policy.Shares(candidates, Picks)[0]);
    }

    [Fact]
    public void Pick_NoResponseYet_AssumesLatencyOfTheOthers()
    {
        int[] shares = Shares([0, 5_000, 5_000], 1, 1, 1);
        AssertNear(1 / 3.0, shares[0]);
    }

    [Fact]
    public void Pick_MoreInFlight_IsAvoided()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1, 1);
        Respond(servers, 1_000, 1_000, 1_000);
        Enter(servers[1], 3);
        Assert.Equal(0, new Dynamic(1).Shares(PolicyFixture.Among(servers), Picks)[1]);
    }

    [Fact]
    public void Pick_AllBusy_FollowsRequestsPerWeight()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 4);
        Respond(servers, 1_000, 1_000);
        Enter(servers[0], 2);
        Enter(servers[1], 4);
        Assert.Equal(0, new Dynamic(1).Shares(PolicyFixture.Among(servers), 100)[0]);
    }

    [Fact]
    public void Pick_FailingFast_IsAvoided()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1, 1);
        Respond(servers, 1_000, 1_000, 1_000);
        for (int i = 0; i < 1_000; i++)
        {
            servers[2].Load.Reports.OnResponse(failed: true, nowMs: 0);
        }
        Assert.InRange(new Dynamic(1).Shares(PolicyFixture.Among(servers), Picks)[2], 1, Picks / 100);
    }

    [Fact]
    public void Pick_AllFailAlike_SharesStayEven()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1);
        for (int i = 0; i < 1_000; i++)
        {
            Array.ForEach(servers, server => server.Load.Reports.OnResponse(failed: true, nowMs: 0));
        }
        AssertNear(1 / 2.0, new Dynamic(1).Shares(PolicyFixture.Among(servers), Picks)[0]);
    }

    /// <summary>A server that was slow, or failed, gets few requests: its old samples must expire by time, not by picks.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pick_OldBadSamples_GetsItsShareAgain(bool failed)
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1, 1, 1);
        Respond(servers, 1_000, 1_000, 1_000, failed ? 1_000 : 5_000_000);
        for (int i = 0; i < 300; i++)
        {
            servers[3].Load.Reports.OnResponse(failed, nowMs: 0);
        }
        Candidates candidates = PolicyFixture.Among(servers);
        var dynamic = new Dynamic(1);
        Assert.InRange(Last(dynamic, candidates, nowMs: 1), 0, 1);
        Assert.InRange(Last(dynamic, candidates, nowMs: 2 * ServerLoad.StaleAfterMs), 20, 40);

        int Last(Dynamic policy, Candidates among, long nowMs) =>
            Enumerable.Range(0, 100).Count(_ => policy.Pick(among, PolicyFixture.Input(nowMs: nowMs)) == servers[3]);
    }

    /// <summary>It was stuck with many requests in flight, was then ejected, and has none in flight now.</summary>
    [Fact]
    public void Pick_StuckBeforeItsEjection_GetsItsShareAgain()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1, 1, 1);
        Respond(servers, 1_000, 1_000, 1_000, 1_000);
        Enter(servers[3], 200);
        Candidates candidates = PolicyFixture.Among(servers);
        var dynamic = new Dynamic(1);
        dynamic.Shares(candidates, Picks);
        for (int i = 0; i < 200; i++)
        {
            servers[3].Load.Leave();
        }
        int picked = Enumerable.Range(0, 100).Count(_ => dynamic.Pick(candidates, PolicyFixture.Input(nowMs: 2_000)) == servers[3]);
        Assert.InRange(picked, 20, 40);
    }

    [Fact]
    public void Pick_ReportedCapacity_ReplacesWeightUntilItExpires()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1);
        Respond(servers, 1_000, 1_000);
        servers[1].Load.Reports.ReportCapacity(3, nowMs: 5_000);
        Candidates candidates = PolicyFixture.Among(servers);
        AssertNear(3 / 4.0, Shares(candidates, nowMs: 5_000)[1]);
        AssertNear(2 / 3.0, Shares(candidates, nowMs: 10_000)[1]);
        AssertNear(1 / 2.0, Shares(candidates, nowMs: 15_000)[1]);
    }

    [Fact]
    public void Pick_ReportedLoad_CountsUntilItExpires()
    {
        Server[] servers = PolicyFixture.ServersOf(1, 1);
        Respond(servers, 1_000, 1_000);
        servers[0].Load.Reports.ReportLoad(1, nowMs: 5_000);
        servers[1].Load.Reports.ReportLoad(0.25, nowMs: 5_000);
        Candidates candidates = PolicyFixture.Among(servers);
        AssertNear(1 / 5.0, Shares(candidates, nowMs: 5_000)[0]);
        AssertNear(1 / 2.0, Shares(candidates, nowMs: 15_000)[0]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    public void Pick_TriedOrFull_IsNeverPicked(int count)
    {
        Server[] servers = PolicyFixture.Alike(count);
        Server full = PolicyFixture.Server(count, max: 1);
        Enter(full, 1);
        Candidates candidates = PolicyFixture.Among([.. servers, full]);
        var policy = new Dynamic(1);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Same(servers[^1], policy.Pick(candidates, PolicyFixture.Input(tried: servers[..^1])));
        }
        Assert.Null(policy.Pick(candidates, PolicyFixture.Input(tried: servers)));
    }

    [Fact]
    public void Pick_NoCandidates_IsNull() => Assert.Null(new Dynamic(1).Pick(PolicyFixture.Among()));

    [Fact]
    public void Pick_MoreServersThanCompared_AllArePicked()
    {
        int[] shares = new Dynamic(1).Shares(PolicyFixture.Among(PolicyFixture.Alike(100)), Picks);
        Assert.All(shares, share => Assert.InRange(share, Picks / 100 * 0.7, Picks / 100 * 1.3));
    }

    [Fact]
    public void Pick_OtherCandidates_OnlyThoseArePicked()
    {
        Server[] servers = PolicyFixture.Alike(4);
        var policy = new Dynamic(1);
        policy.Shares(PolicyFixture.Among(servers), 100);
        int[] shares = policy.Shares(PolicyFixture.Among(servers[1..]), Picks);
        Assert.All(shares, share => AssertNear(1 / 3.0, share));
    }

    [Fact]
    public void Pick_SameSeed_SamePicks()
    {
        Candidates candidates = PolicyFixture.Among(PolicyFixture.Alike(20));
        Assert.Equal(new Dynamic(5).Picks(candidates, 1_000), new Dynamic(5).Picks(candidates, 1_000));
        Assert.NotEqual(new Dynamic(5).Picks(candidates, 1_000), new Dynamic(6).Picks(candidates, 1_000));
    }

    private static int[] Shares(double[] latencies, params int[] weights)
    {
        Server[] servers = PolicyFixture.ServersOf(weights);
        Respond(servers, latencies);
        return new Dynamic(1).Shares(PolicyFixture.Among(servers), Picks);
    }

    private static int[] Shares(Candidates candidates, long nowMs)
    {
        var policy = new Dynamic(1);
        PickInput input = PolicyFixture.Input(nowMs: nowMs);
        int[] counts = new int[candidates.Servers.Length];
        for (int i = 0; i < Picks; i++)
        {
            counts[policy.Pick(candidates, input)!.Slot]++;
        }
        return counts;
    }

    private static void Respond(Server[] servers, params double[] latencies)
    {
        for (int i = 0; i < servers.Length; i++)
        {
            if (latencies[i] > 0)
            {
                servers[i].Load.OnResponse(latencies[i], nowMs: 1);
            }
        }
    }

    private static void Enter(Server server, int requests)
    {
        for (int i = 0; i < requests; i++)
        {
            Assert.True(server.Load.TryEnter(0));
        }
    }

    private static void AssertNear(double expected, int share) => Assert.InRange(share / (double)Picks, expected * 0.9, expected * 1.1);
}
