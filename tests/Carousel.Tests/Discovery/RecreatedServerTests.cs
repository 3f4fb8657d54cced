using System.Collections.Concurrent;
using System.Net;
using Carousel.Control.Discovery;
using Carousel.Control.Probes;
using Carousel.Core.Health;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Discovery;

/// <summary>Name lookups, probes and the watch between them, combined as in the balancer.</summary>
public sealed class RecreatedServerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly IPAddress Old = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress New = IPAddress.Parse("10.0.0.9");

    /// <summary>The first failure at the old address is enough: the server is probed at the new one without a delay.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_HasAnotherAddress_RecoversWithTheFirstFailure(bool foundByProbe)
    {
        var time = new ManualTime();
        IPAddress alive = Old;
        var probed = new ConcurrentQueue<IPAddress>();
        var options = new HealthOptions();
        var membership = TestPool.Of("http://web", TestPool.Probed).Membership;
        using var names = new NameResolver(membership, Resolve, time, Interval, (_, _) => { });
        var unreachable = new UnreachableWatch(membership.Pool, names.LookUpSoon);
        using var health = new HealthMonitor(membership, options, Probe, (_, _, _) => Task.FromResult(false), time, (_, _, _) => { });
        await names.StartAsync();
        await health.StartAsync();
        Server server = membership.Pool.Current.Servers[0];
        await Until(() => membership.Pool.Current.CanServe(server) && time.Waits.Contains(Interval));

        alive = New;
        if (foundByProbe)
        {
            await Until(() =>
            {
                time.Advance(WatchedName.LeastPause);
                return probed.Contains(Old) && probed.Count > 1;
            });
        }
        else
        {
            // A worker can't connect to it a second after its name was looked up.
            time.Advance(WatchedName.LeastPause);
            server.NoteUnreachable();
        }
        // The probe's flag is set shortly after it was called.
        await Until(() =>
        {
            unreachable.Look();
            return probed.Contains(New);
        });
        Assert.Equal([New], membership.Pool.Current.EndPoints(server).Select(endPoint => endPoint.Address));
        Assert.True(membership.Pool.Current.CanServe(server));

        Task<IPAddress[]> Resolve(string host, CancellationToken stop) => Task.FromResult<IPAddress[]>([alive]);

        Task<ProbeResult?> Probe(Server _, System.Collections.Immutable.ImmutableArray<IPEndPoint> endPoints, CancellationToken stop)
        {
            bool isAlive = endPoints[0].Address.Equals(alive);
            probed.Enqueue(endPoints[0].Address);
            return Task.FromResult<ProbeResult?>(isAlive ? ProbeResult.Good : ProbeResult.Failed(FailureReason.ConnectTimeout));
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, deadline.Token);
        }
    }
}
