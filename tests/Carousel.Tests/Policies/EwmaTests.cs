using Carousel.Core.Policies;
using Carousel.Core.Servers;
using Xunit;
using static Carousel.Tests.Policies.PolicyFixture;

namespace Carousel.Tests.Policies;

public class EwmaTests
{
    [Fact]
    public void Pick_OneOfTwoIsSlower_OtherIsPicked()
    {
        Server[] servers = Alike(2);
        servers[0].Load.OnResponse(10_000, nowMs: 0);
        servers[1].Load.OnResponse(1_000, nowMs: 0);

        Assert.Equal("bbbb", new Ewma(seed: 1).Picks(Among(servers), 4));
    }

    [Fact]
    public void Pick_FastServerIsBusy_SlowOneIsPicked()
    {
        Server[] servers = Alike(2);
        servers[0].Load.OnResponse(3_000, nowMs: 0);
        servers[1].Load.OnResponse(1_000, nowMs: 0);
        var policy = new Ewma(seed: 1);
        Candidates candidates = Among(servers);

        for (int i = 0; i < 40; i++)
        {
            Assert.True(policy.Pick(candidates)!.Load.TryEnter(0));
        }

        // The server where requests take three times as long gets a third of them.
        Assert.InRange(servers[0].Load.InFlight, 9, 11);
    }

    [Fact]
    public void Pick_EqualLatency_RequestsInFlightFollowWeights()
    {
        Server[] servers = ServersOf(1, 4);
        Array.ForEach(servers, server => server.Load.OnResponse(1_000, nowMs: 0));
        var policy = new Ewma(seed: 1);
        Candidates candidates = Among(servers);

        for (int i = 0; i < 50; i++)
        {
            Assert.True(policy.Pick(candidates)!.Load.TryEnter(0));
        }

        Assert.InRange(servers[1].Load.InFlight, 39, 41);
    }

    [Fact]
    public void Pick_ServerBecomesSlow_IsAvoidedAtOnceAndRetriedLater()
    {
        Server[] servers = Alike(2);
        var policy = new Ewma(seed: 1);
        Candidates candidates = Among(servers);
        for (int i = 0; i < 100; i++)
        {
            Array.ForEach(servers, server => server.Load.OnResponse(1_000, nowMs: 1));
        }

        servers[0].Load.OnResponse(200_000, nowMs: 1);
        Assert.Equal("bbbb", policy.Picks(candidates, 4));

        for (long now = 1; now < 60_000; now++)
        {
            servers[1].Load.OnResponse(1_000, now);
            if (policy.Pick(candidates, Input(nowMs: now)) == servers[0])
            {
                // 200 times slower: forgotten when the average with a time constant of 5 s has decayed that far, by e to the 5.3.
                Assert.InRange(now, 20_000, 30_000);
                return;
            }
        }
        Assert.Fail("never tried again");
    }

    [Fact]
    public void Pick_NoResponseYet_GetsOneRequest()
    {
        Server[] servers = Alike(4);
        var policy = new Ewma(seed: 1);
        Candidates candidates = Among(servers);
        Array.ForEach(servers[1..], server => server.Load.OnResponse(1_000, nowMs: 0));

        int first = 0;
        for (int i = 0; i < 100; i++)
        {
            Server picked = policy.Pick(candidates)!;
            Assert.True(picked.Load.TryEnter(0));
            first += picked == servers[0] ? 1 : 0;
        }

        Assert.Equal(1, first);
    }

    [Fact]
    public void Pick_NoResponsesAtAll_AllGetRequests()
    {
        Server[] servers = Alike(4);
        var policy = new Ewma(seed: 1);
        Candidates candidates = Among(servers);

        for (int i = 0; i < 100; i++)
        {
            Assert.True(policy.Pick(candidates)!.Load.TryEnter(0));
        }

        Assert.All(servers, server => Assert.InRange(server.Load.InFlight, 20, 30));
    }

    [Fact]
    public void Pick_AllButTwoTried_CheaperIsMostlyPicked()
    {
        Server[] servers = Alike(20);
        Array.ForEach(servers, server => server.Load.OnResponse(1_000, nowMs: 0));
        servers[7].Load.OnResponse(9_000, nowMs: 0);
        Server[] tried = [.. servers.Where(server => server.Slot is not (7 or 13))];

        var policy = new Ewma(seed: 5);
        Candidates candidates = Among(servers);
        string picks = string.Concat(Enumerable.Range(0, 200).Select(_ => policy.Pick(candidates, Input(tried: tried))!.Id));

        // The other is picked only if both draws gave it.
        Assert.Equal(200, picks.Count(id => id is 'h' or 'n'));
        Assert.InRange(picks.Count(id => id == 'n'), 150, 200);
    }
}
