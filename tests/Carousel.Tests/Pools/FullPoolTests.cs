using System.Collections.Immutable;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Ring;
using Xunit;

namespace Carousel.Tests.Pools;

/// <summary>Distinguishes full servers from missing ones.</summary>
public sealed class FullPoolTests
{
    private readonly Picker _picker = new(new RoundRobin(), new RoundRobin(), new SlowStart(seed: 1));
    private readonly SlotSet _tried = new();

    [Fact]
    public void Pool_Empty_IsNotFull()
    {
        PoolSnapshot pool = Pool();
        Assert.Equal((null, false, false), (_picker.Pick(pool, _tried, 0), Picker.IsFull(pool, _tried, 0), _picker.HasRoom(pool, 0)));
    }

    [Fact]
    public void Servers_AllAtTheirLimit_IsFullUntilOneRequestEnds()
    {
        PoolSnapshot pool = Pool(1, 2);
        Assert.True(_picker.HasRoom(pool, 0));
        Server[] picked = [.. Enumerable.Range(0, 3).Select(_ => _picker.Pick(pool, _tried, 0)!)];
        Assert.Equal((null, true, false), (_picker.Pick(pool, _tried, 0), Picker.IsFull(pool, _tried, 0), _picker.HasRoom(pool, 0)));
        picked[0].Load.Leave();
        Assert.True(_picker.HasRoom(pool, 0));
        Assert.Same(picked[0], _picker.Pick(pool, _tried, 0));
    }

    [Fact]
    public void Servers_AllTried_IsNotFull()
    {
        PoolSnapshot pool = Pool(1, 1);
        _tried.Add(pool.Servers[0]);
        Assert.True(Picker.IsFull(pool, _tried, 0));
        _tried.Add(pool.Servers[1]);
        Assert.Equal((null, false, true), (_picker.Pick(pool, _tried, 0), Picker.IsFull(pool, _tried, 0), _picker.HasRoom(pool, 0)));
    }

    [Fact]
    public void TryEnter_ManyThreads_NeverMoreThanMax()
    {
        const int threads = 4, rounds = 20_000, max = 2;
        var load = new ServerLoad { Max = max };
        int most = 0;
        Parallel.For(0, threads, _ =>
        {
            for (int i = 0; i < rounds; i++)
            {
                if (load.TryEnter(0))
                {
                    // No thread ever sees a count above the limit, not even briefly.
                    int seen = load.InFlight;
                    if (seen > max)
                    {
                        Volatile.Write(ref most, seen);
                    }
                    load.Leave();
                }
            }
        });
        Assert.Equal((0, 0), (most, load.InFlight));
    }

    private static PoolSnapshot Pool(params int[] max)
    {
        ImmutableArray<Server> servers = [.. RingFixture.ServersOf(max.Length)];
        for (int i = 0; i < max.Length; i++)
        {
            servers[i].Load.Max = max[i];
        }
        return PoolBuilder.Build(servers, [.. servers.Select(server => new ServerStatus([new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 80)], IsHealthy: true))]);
    }
}
